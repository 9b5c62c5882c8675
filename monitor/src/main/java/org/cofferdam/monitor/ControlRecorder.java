package org.cofferdam.monitor;

import java.util.Locale;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.CallRecorder;
import org.cofferdam.monitor.control.Caller;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.PciDevice;
import org.cofferdam.monitor.state.Cleanup;

/**
 * Writes what operators ask into the audit log, before it takes effect. Main thread until the control API is open,
 * the control thread after that.
 */
final class ControlRecorder implements CallRecorder {
    private final AuditSource source;

    ControlRecorder(AuditSource source) {
        this.source = source;
    }

    @Override
    public void record(Caller caller, boolean allowed, String call) {
        if (allowed) {
            source.record(
                    CrossingType.CONTROL, caller.uid(), caller.gid(), caller.pid(), 0, 0, 0, call);
        } else {
            source.record(
                    CrossingType.CONTROL_REFUSED,
                    caller.uid(),
                    caller.gid(),
                    caller.pid(),
                    0,
                    0,
                    0,
                    call);
        }
    }

    /** What the monitor was started with. */
    void started(StartOptions options) {
        String card =
                switch (options.assignment()) {
                    case Assignment.Emulated emulated ->
                            "emulated " + emulated.card().label() + " on wire " + emulated.wire();
                    case Assignment.Pci pci -> "PCI card " + pci.address();
                };
        policy(
                "start: "
                        + card
                        + ", host interface "
                        + options.hostInterface()
                        + ", image "
                        + options.image().label()
                        + ", MTU "
                        + options.mtu()
                        + ", at most "
                        + limit(options.rate().packetsPerSecond(), "packets/s")
                        + " and "
                        + limit(options.rate().bitsPerSecond(), "bit/s")
                        + ", ethertypes "
                        + options.etherTypes()
                        + ", on a fault "
                        + options.onFault().name().toLowerCase(Locale.ROOT));
    }

    private static String limit(long most, String unit) {
        return most == 0 ? "any " + unit : most + " " + unit;
    }

    /** The card is about to leave its driver. */
    void cardTaken(PciDevice card) {
        source.record(
                CrossingType.CARD_TAKEN,
                0,
                0,
                0,
                0,
                0,
                0,
                card.address()
                        + " "
                        + card.id()
                        + " from "
                        + card.driver().map(d -> "driver " + d).orElse("no driver"));
    }

    /** What became of the card at the end. */
    void cardGivenBack(PciDevice card, DriverBinding.GiveBack result) {
        String text =
                switch (result) {
                    case DriverBinding.GiveBack.Done done ->
                            "to " + card.driver().map(d -> "driver " + d).orElse("no driver");
                    case DriverBinding.GiveBack.Nothing nothing -> "not: " + nothing.why();
                    case DriverBinding.GiveBack.Failed failed -> "failed: " + failed.why();
                };
        source.record(
                CrossingType.CARD_GIVEN_BACK,
                0,
                0,
                0,
                0,
                0,
                0,
                card.address() + " " + card.id() + " " + text);
    }

    /** What the operator allowed against the policy. */
    void overridden(String sentence) {
        source.record(CrossingType.POLICY_OVERRIDE, 0, 0, 0, 0, 0, 0, sentence);
    }

    void cleanedUp(Cleanup cleanup) {
        source.record(
                CrossingType.HOST_RESTORED,
                cleanup.previousPid(),
                0,
                0,
                0,
                0,
                0,
                cleanup.sentence());
    }

    void confined(MonitorStatus.Confinement c) {
        source.record(
                CrossingType.PRIVILEGES_DROPPED,
                c.uid(),
                c.landlockAbi(),
                c.systemCalls(),
                0,
                0,
                0,
                "user "
                        + c.user()
                        + ", no capabilities, Landlock "
                        + (c.landlockAbi() == 0 ? "none" : "ABI " + c.landlockAbi())
                        + ", "
                        + c.systemCalls()
                        + " system calls, list "
                        + c.listHash());
    }

    /** A change of what may pass. */
    void policy(String text) {
        source.record(CrossingType.POLICY, 0, 0, 0, 0, 0, 0, text);
    }
}
