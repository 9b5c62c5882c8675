package org.cofferdam.monitor;

import java.util.Locale;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.monitor.config.Assignment;
import org.cofferdam.monitor.config.StartOptions;
import org.cofferdam.monitor.control.CallRecorder;
import org.cofferdam.monitor.control.Caller;
import org.cofferdam.monitor.control.MonitorStatus;
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
        Assignment.Emulated assignment = (Assignment.Emulated) options.assignment();
        policy(
                "start: emulated "
                        + assignment.card().label()
                        + " on wire "
                        + assignment.wire()
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
