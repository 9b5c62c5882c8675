package org.cofferdam.monitor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditPolicy;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.SourceKind;
import org.cofferdam.audit.WhenFull;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.GuestSpec;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.CallRecorder;
import org.cofferdam.monitor.control.Caller;
import org.cofferdam.monitor.control.MonitorStatus;
import org.cofferdam.monitor.pci.DriverBinding;
import org.cofferdam.monitor.pci.PciDevice;
import org.cofferdam.monitor.state.Cleanup;

/**
 * Writes what operators ask, and the monitor's own life, into the audit log: it is on the device before it takes effect.
 * Main thread until the control API is open, the control thread after that, the main thread again at the end.
 *
 * <p>Nothing here waits for a disk without end: the operator is to be told why nothing goes on, by these same threads.
 */
final class ControlRecorder implements CallRecorder {
    /** Many times what a slow disk takes; a caller is told after it. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** The end does not wait for longer, nor is it kept from coming. */
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(2);

    private static final int RING_BYTES = 256 << 10;

    private final AuditLog log;
    private final WhenFull whenFull;
    private final Path directory;
    private final AuditSource source;

    ControlRecorder(AuditLog log, StartOptions options) {
        this.log = log;
        whenFull = options.audit().whenFull();
        directory = options.auditDir();
        source = log.source("control", RING_BYTES, SourceKind.OPERATOR);
    }

    @Override
    public void record(Caller caller, boolean allowed, String call) {
        CrossingType type = allowed ? CrossingType.CONTROL : CrossingType.CONTROL_REFUSED;
        if (!source.tryRecord(type, caller.uid(), caller.gid(), caller.pid(), 0, 0, 0, call)) {
            // The disk has been full for thousands of calls. Who asks why is to be answered.
            source.lost(1);
        }
    }

    @Override
    public void recordBeforeEffect(Caller caller, String call) {
        beforeEffect(CrossingType.CONTROL, caller.uid(), caller.gid(), caller.pid(), call);
    }

    private void beforeEffect(CrossingType type, long a, long b, long c, String text) {
        if (whenFull == WhenFull.COUNT) {
            // The operator wants things to go on whatever the disk does.
            if (!source.tryRecord(type, a, b, c, 0, 0, 0, text)) {
                source.lost(1);
            } else if (takesRecords()) {
                log.sync(PATIENCE);
            }
            return;
        }
        if (!takesRecords()
                || !source.tryRecord(type, a, b, c, 0, 0, 0, text)
                || !log.sync(PATIENCE)) {
            throw OperatorError.environment(
                    "not done, since the audit log in "
                            + directory
                            + " does not take the record of it: "
                            + why());
        }
    }

    private boolean takesRecords() {
        return switch (log.state()) {
            case RUNNING, SLOW -> true;
            case DISK_FULL, IO_ERROR, CLOSED -> false;
        };
    }

    private String why() {
        String message = log.counters().message();
        return message.isEmpty()
                ? "its disk takes longer than " + PATIENCE.toSeconds() + " s; see 'monitor status'"
                : message;
    }

    /** Something of the monitor's own that has happened, or is about to at its end: nothing keeps it from going on. */
    private void note(CrossingType type, long a, long b, long c, String text) {
        if (!source.tryRecord(type, a, b, c, 0, 0, 0, text)) {
            source.lost(1);
        } else if (takesRecords()) {
            log.sync(PATIENCE_AT_END);
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
                        + options.onFault().name().toLowerCase(Locale.ROOT)
                        + ", audit log "
                        + audit(options.audit()));
    }

    private static String audit(AuditPolicy audit) {
        return audit.durability().name().toLowerCase(Locale.ROOT)
                + ", when full "
                + audit.whenFull().name().toLowerCase(Locale.ROOT)
                + ", quota "
                + limit(audit.sourceBytesPerSecond(), "byte/s")
                + (audit.retention().removes() ? ", old parts are removed" : "");
    }

    private static String limit(long most, String unit) {
        return most == 0 ? "any " + unit : most + " " + unit;
    }

    /** The card is about to leave its driver. */
    void cardTaken(PciDevice card) {
        beforeEffect(
                CrossingType.CARD_TAKEN,
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
        note(CrossingType.CARD_GIVEN_BACK, 0, 0, 0, card.address() + " " + card.id() + " " + text);
    }

    /** What the operator allowed against the policy. */
    void overridden(String sentence) {
        beforeEffect(CrossingType.POLICY_OVERRIDE, 0, 0, 0, sentence);
    }

    void cleanedUp(Cleanup cleanup) {
        note(CrossingType.HOST_RESTORED, cleanup.previousPid(), 0, 0, cleanup.sentence());
    }

    void confined(MonitorStatus.Confinement c) {
        note(
                CrossingType.PRIVILEGES_DROPPED,
                c.uid(),
                c.landlockAbi(),
                c.systemCalls(),
                "user "
                        + c.user()
                        + ", no capabilities, Landlock "
                        + (c.landlockAbi() == 0 ? "none" : "ABI " + c.landlockAbi())
                        + ", "
                        + c.systemCalls()
                        + " system calls, list "
                        + c.listHash());
    }

    /** Privileges are about to be given up. */
    void confining() {
        policy("giving up privileges");
    }

    /** A guest's port is about to be made at the start. */
    void guest(GuestSpec guest) {
        policy(
                "guest "
                        + guest.name()
                        + ": MAC "
                        + guest.mac()
                        + ", user "
                        + guest.uid()
                        + ", peers "
                        + guest.peers().stream().sorted().toList());
    }

    /** The card is about to go back to its driver. */
    void cardGoesBack(PciDevice card) {
        note(
                CrossingType.POLICY,
                0,
                0,
                0,
                "giving the card " + card.address() + " " + card.id() + " back");
    }

    /** The monitor is about to stop, by a call, a signal or a failure. */
    void stopping() {
        note(CrossingType.POLICY, 0, 0, 0, "stop: the monitor ends");
    }

    /** A change of what may pass, before it takes effect. */
    void policy(String text) {
        beforeEffect(CrossingType.POLICY, 0, 0, 0, text);
    }
}
