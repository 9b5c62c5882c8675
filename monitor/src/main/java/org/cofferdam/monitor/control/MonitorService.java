package org.cofferdam.monitor.control;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.cofferdam.monitor.config.GuestChange;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.GuestSpec;
import org.cofferdam.monitor.config.InterfaceName;

/**
 * What an operator can ask of a running monitor. Each method is called on the control thread and must return at once;
 * a stage may be completed on any thread. A call that cannot be done completes (or throws) with {@link
 * org.cofferdam.monitor.config.OperatorError}, whose sentence and exit code reach the caller.
 */
public interface MonitorService {
    /** How things stand now. Counters may be a moment old, but never go back. */
    MonitorStatus status();

    /** The ports of the packet switch, as in the status. */
    List<MonitorStatus.Port> listPorts();

    /**
     * What is kept of the driver domain's console.
     *
     * @param after only lines from this number on
     * @throws org.cofferdam.monitor.config.OperatorError if the domain has no console
     */
    ConsoleText console(long after);

    /** Stops the driver domain in order and starts it afresh; complete when it forwards again. */
    CompletionStage<Void> restartDriver(String reason);

    /**
     * Ends the driver domain abruptly, as a crash would: the fault policy then decides, as it would for a real fault.
     * Complete when the domain has failed, not when it is back.
     */
    CompletionStage<Void> killDriver(String reason);

    /** Begins the orderly stop; complete when it is under way. The socket closes after the answer has been sent. */
    CompletionStage<Void> stop(String reason);

    /** Takes a new key for the audit log's signatures; complete when the log names it on disk. */
    CompletionStage<Void> changeAuditKey();

    /** Makes an existing interface a port; complete when frames can pass. */
    CompletionStage<Void> addPort(PortRequest request);

    /** The guests' ports. */
    List<MonitorStatus.Guest> listGuests();

    /** Makes a port for a guest; complete when its front end can connect. */
    CompletionStage<Void> addGuest(GuestSpec guest);

    /** Changes a guest's port; complete when frames are judged by what it is now. */
    CompletionStage<Void> changeGuest(GuestName name, GuestChange change);

    /** Ends a guest's session and takes its port away. */
    CompletionStage<Void> removeGuest(GuestName name);

    /**
     * Begins a capture; complete when frames are being taken.
     *
     * @throws org.cofferdam.monitor.config.OperatorError if the policy does not allow it, there is no such port, or there
     *     are as many captures as there may be
     */
    CompletionStage<RunningCapture> capture(CaptureRequest request);

    /** Takes a port away and leaves its interface as it was found. */
    CompletionStage<Void> removePort(InterfaceName netdev);
}
