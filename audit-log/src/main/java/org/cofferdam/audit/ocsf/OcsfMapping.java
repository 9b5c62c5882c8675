package org.cofferdam.audit.ocsf;

import static org.cofferdam.audit.ocsf.OcsfClass.API_ACTIVITY;
import static org.cofferdam.audit.ocsf.OcsfClass.APPLICATION_LIFECYCLE;
import static org.cofferdam.audit.ocsf.OcsfClass.BASE_EVENT;
import static org.cofferdam.audit.ocsf.OcsfClass.DETECTION_FINDING;
import static org.cofferdam.audit.ocsf.OcsfClass.ENTITY_MANAGEMENT;
import static org.cofferdam.audit.ocsf.OcsfClass.EVENT_LOG_ACTIVITY;
import static org.cofferdam.audit.ocsf.OcsfClass.KERNEL_ACTIVITY;
import static org.cofferdam.audit.ocsf.OcsfClass.MEMORY_ACTIVITY;
import static org.cofferdam.audit.ocsf.OcsfClass.MODULE_ACTIVITY;
import static org.cofferdam.audit.ocsf.OcsfClass.NETWORK_ACTIVITY;
import static org.cofferdam.audit.ocsf.OcsfClass.PROCESS_ACTIVITY;
import static org.cofferdam.audit.ocsf.OcsfOutcome.ALLOWED;
import static org.cofferdam.audit.ocsf.OcsfOutcome.BLOCKED;
import static org.cofferdam.audit.ocsf.OcsfOutcome.DELAYED;
import static org.cofferdam.audit.ocsf.OcsfOutcome.DROPPED;
import static org.cofferdam.audit.ocsf.OcsfOutcome.ERROR;
import static org.cofferdam.audit.ocsf.OcsfOutcome.LOGGED;
import static org.cofferdam.audit.ocsf.OcsfOutcome.REVOKED;
import static org.cofferdam.audit.ocsf.OcsfOutcome.UNAUTHORIZED;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.CrossingType;

/**
 * Where a type stands in OCSF. The table is all there is to it, but for three rules of {@link OcsfEvent}: a burst's
 * outcome is that of its verdicts, a memory activity with a field {@code write} is a read or a write by that field, and
 * a control call's activity is that of its method.
 *
 * @param ocsfClass the event class
 * @param activity {@code activity_id} in that class; 99 is a name of our own
 * @param activityName the name of the activity
 * @param outcome how such a crossing ends
 */
record OcsfMapping(OcsfClass ocsfClass, int activity, String activityName, OcsfOutcome outcome) {
    /** What a type is mapped to that this version does not know. */
    static final OcsfMapping UNKNOWN = new OcsfMapping(BASE_EVENT, 0, "Unknown", LOGGED);

    private static final int OTHER = 99;
    private static final Map<CrossingType, OcsfMapping> TABLE = new EnumMap<>(CrossingType.class);

    static {
        // The log about itself.
        put(CrossingType.START, EVENT_LOG_ACTIVITY, 6, "Start", LOGGED);
        put(CrossingType.STOP, EVENT_LOG_ACTIVITY, 7, "Stop", LOGGED);
        put(CrossingType.RECOVERED, EVENT_LOG_ACTIVITY, 8, "Restart", LOGGED);
        put(CrossingType.LOSS, EVENT_LOG_ACTIVITY, OTHER, "Loss", ERROR);
        put(CrossingType.SEGMENT, EVENT_LOG_ACTIVITY, 5, "Rotate", LOGGED);
        put(CrossingType.SOURCE, EVENT_LOG_ACTIVITY, OTHER, "Source", LOGGED);
        put(CrossingType.LOG_BLOCKED, EVENT_LOG_ACTIVITY, OTHER, "Blocked", DELAYED);
        put(CrossingType.CHECKPOINT, EVENT_LOG_ACTIVITY, OTHER, "Checkpoint", LOGGED);
        put(CrossingType.KEY, EVENT_LOG_ACTIVITY, OTHER, "Key", LOGGED);
        put(CrossingType.PRUNED, EVENT_LOG_ACTIVITY, 2, "Delete", LOGGED);
        put(CrossingType.SOURCE_LIMITED, EVENT_LOG_ACTIVITY, OTHER, "Source Limited", DELAYED);
        // Driver domain and monitor.
        put(CrossingType.BOOT, APPLICATION_LIFECYCLE, 3, "Start", LOGGED);
        put(CrossingType.DOMAIN_STATE, APPLICATION_LIFECYCLE, OTHER, "State", LOGGED);
        put(CrossingType.VM_EXIT, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.DOORBELL, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.WAIT, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.INTERRUPT, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.MMIO_READ, MEMORY_ACTIVITY, 7, "Read", LOGGED);
        put(CrossingType.MMIO_WRITE, MEMORY_ACTIVITY, 8, "Write", LOGGED);
        put(CrossingType.MMIO_REFUSED, MEMORY_ACTIVITY, 7, "Read", BLOCKED);
        put(CrossingType.DMA_MAP, MEMORY_ACTIVITY, 9, "Map View", ALLOWED);
        put(CrossingType.DMA_UNMAP, MEMORY_ACTIVITY, OTHER, "Unmap View", ALLOWED);
        put(CrossingType.DMA_REFUSED, MEMORY_ACTIVITY, 7, "Read", BLOCKED);
        put(CrossingType.CARD_RESET, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.FAULT, PROCESS_ACTIVITY, 2, "Terminate", ERROR);
        put(CrossingType.WATCHDOG, APPLICATION_LIFECYCLE, OTHER, "Stopped Serving", ERROR);
        put(CrossingType.RESTART, APPLICATION_LIFECYCLE, 5, "Restart", LOGGED);
        put(CrossingType.LINK, NETWORK_ACTIVITY, OTHER, "Link", LOGGED);
        put(CrossingType.PANIC, PROCESS_ACTIVITY, 2, "Terminate", ERROR);
        put(CrossingType.DOMAIN_STATUS, APPLICATION_LIFECYCLE, OTHER, "Status", LOGGED);
        put(CrossingType.DESCRIPTOR_REFUSED, NETWORK_ACTIVITY, 5, "Refuse", BLOCKED);
        put(CrossingType.REGISTER_REFUSED, MEMORY_ACTIVITY, OTHER, "Register Access", BLOCKED);
        put(CrossingType.CARD_LINK, NETWORK_ACTIVITY, OTHER, "Link", LOGGED);
        put(CrossingType.FORWARDS, APPLICATION_LIFECYCLE, 6, "Enable", LOGGED);
        put(CrossingType.IOMMU_FAULT, MEMORY_ACTIVITY, 7, "Read", BLOCKED);
        put(CrossingType.IOMMU_FAULTS_UNTOLD, MEMORY_ACTIVITY, OTHER, "IOMMU Fault", BLOCKED);
        put(CrossingType.CARD_CONDITION, APPLICATION_LIFECYCLE, OTHER, "Condition", LOGGED);
        put(CrossingType.PORT_IN, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.PORT_OUT, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.CONFIG_WRITE, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.INTERRUPT_ROUTE, KERNEL_ACTIVITY, 4, "Invoke", LOGGED);
        put(CrossingType.CONSOLE, APPLICATION_LIFECYCLE, OTHER, "Console", LOGGED);
        put(CrossingType.DRIVER_SAYS, APPLICATION_LIFECYCLE, OTHER, "Driver", LOGGED);
        // Ports and the packet switch, guests.
        put(CrossingType.BURST_IN, NETWORK_ACTIVITY, 6, "Traffic", ALLOWED);
        put(CrossingType.BURST_OUT, NETWORK_ACTIVITY, 6, "Traffic", ALLOWED);
        put(CrossingType.QUEUE_REFUSED, NETWORK_ACTIVITY, 5, "Refuse", BLOCKED);
        put(CrossingType.PORT_ATTACH, NETWORK_ACTIVITY, 1, "Open", ALLOWED);
        put(CrossingType.PORT_DETACH, NETWORK_ACTIVITY, 2, "Close", LOGGED);
        put(CrossingType.NOTIFY_REFUSED, NETWORK_ACTIVITY, 5, "Refuse", BLOCKED);
        put(CrossingType.FLOW_SUMMARY, NETWORK_ACTIVITY, 6, "Traffic", LOGGED);
        put(CrossingType.FLOW_TARGET, NETWORK_ACTIVITY, 6, "Traffic", LOGGED);
        put(CrossingType.GUEST_CONNECTED, NETWORK_ACTIVITY, 1, "Open", ALLOWED);
        put(CrossingType.GUEST_MESSAGE, API_ACTIVITY, OTHER, "Message", LOGGED);
        put(CrossingType.GUEST_MEMORY, MEMORY_ACTIVITY, 9, "Map View", ALLOWED);
        put(CrossingType.GUEST_SESSION, APPLICATION_LIFECYCLE, OTHER, "State", LOGGED);
        put(CrossingType.GUEST_REFUSED, NETWORK_ACTIVITY, 3, "Reset", REVOKED);
        put(CrossingType.GUEST_LEFT, NETWORK_ACTIVITY, 2, "Close", LOGGED);
        put(CrossingType.GUEST_TOLD, API_ACTIVITY, OTHER, "Message", LOGGED);
        // Packet switch and host kernel.
        put(CrossingType.KERNEL_DROPS, NETWORK_ACTIVITY, 6, "Traffic", DROPPED);
        put(CrossingType.KERNEL_DROP, NETWORK_ACTIVITY, 5, "Refuse", DROPPED);
        put(CrossingType.POLICY, ENTITY_MANAGEMENT, 3, "Update", LOGGED);
        put(CrossingType.TAP_IN, NETWORK_ACTIVITY, 6, "Traffic", ALLOWED);
        put(CrossingType.TAP_OUT, NETWORK_ACTIVITY, 6, "Traffic", ALLOWED);
        put(CrossingType.KERNEL_ATTACH, MODULE_ACTIVITY, 1, "Load", ALLOWED);
        put(CrossingType.KERNEL_DETACH, MODULE_ACTIVITY, 2, "Unload", LOGGED);
        put(CrossingType.KERNEL_EVENTS_LOST, EVENT_LOG_ACTIVITY, OTHER, "Loss", ERROR);
        // Operator and monitor.
        put(CrossingType.CONTROL, API_ACTIVITY, OTHER, "Call", ALLOWED);
        put(CrossingType.CONTROL_REFUSED, API_ACTIVITY, OTHER, "Call", UNAUTHORIZED);
        put(CrossingType.HOST_RESTORED, APPLICATION_LIFECYCLE, OTHER, "Host Restored", LOGGED);
        put(CrossingType.CARD_TAKEN, APPLICATION_LIFECYCLE, OTHER, "Card Taken", ALLOWED);
        put(CrossingType.CARD_GIVEN_BACK, APPLICATION_LIFECYCLE, OTHER, "Card Returned", LOGGED);
        put(CrossingType.POLICY_OVERRIDE, ENTITY_MANAGEMENT, 3, "Update", ALLOWED);
        put(CrossingType.PRIVILEGES_DROPPED, PROCESS_ACTIVITY, 5, "Set User ID", ALLOWED);
        // Guest and host kernel; detectors.
        put(CrossingType.GUEST_CALL_REFUSED, KERNEL_ACTIVITY, 4, "Invoke", BLOCKED);
        put(CrossingType.GUEST_REPORT_REFUSED, API_ACTIVITY, OTHER, "Report", UNAUTHORIZED);
        put(CrossingType.ALERT, DETECTION_FINDING, 1, "Create", OcsfOutcome.ALERT);
    }

    private static void put(
            CrossingType type,
            OcsfClass ocsfClass,
            int activity,
            String activityName,
            OcsfOutcome outcome) {
        TABLE.put(type, new OcsfMapping(ocsfClass, activity, activityName, outcome));
    }

    /** The place of a type; a type without a line of its own, or one that is not known, is a base event. */
    static OcsfMapping of(Optional<CrossingType> type) {
        return type.map(TABLE::get).orElse(UNKNOWN);
    }
}
