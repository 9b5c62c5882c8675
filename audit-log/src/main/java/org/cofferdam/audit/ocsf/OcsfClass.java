package org.cofferdam.audit.ocsf;

/** The event classes of OCSF 1.9.0 that crossings are mapped to. The hundreds of a number are its category. */
public enum OcsfClass {
    /** A type that this version does not know. */
    BASE_EVENT(0, "Base Event", "Uncategorized"),
    /** A call from a less trusted part into the monitor, or a refused system call. */
    KERNEL_ACTIVITY(1003, "Kernel Activity", "System Activity"),
    /** Registers, DMA windows and guests' memory. */
    MEMORY_ACTIVITY(1004, "Memory Activity", "System Activity"),
    /** The kernel program on an interface. */
    MODULE_ACTIVITY(1005, "Module Activity", "System Activity"),
    /** The domain's end by its own fault; the monitor's change of user. */
    PROCESS_ACTIVITY(1007, "Process Activity", "System Activity"),
    /** The log about itself. */
    EVENT_LOG_ACTIVITY(1008, "Event Log Activity", "System Activity"),
    /** What a detector found. */
    DETECTION_FINDING(2004, "Detection Finding", "Findings"),
    /** A change of the policy. */
    ENTITY_MANAGEMENT(3004, "Entity Management", "Identity & Access Management"),
    /** Packets, ports, queues. */
    NETWORK_ACTIVITY(4001, "Network Activity", "Network Activity"),
    /** A domain's or a session's life. */
    APPLICATION_LIFECYCLE(6002, "Application Lifecycle", "Application Activity"),
    /** Control calls, and a guest's messages. */
    API_ACTIVITY(6003, "API Activity", "Application Activity");

    private final int uid;
    private final String caption;
    private final String category;

    OcsfClass(int uid, String caption, String category) {
        this.uid = uid;
        this.caption = caption;
        this.category = category;
    }

    /** {@code class_uid}. */
    public int uid() {
        return uid;
    }

    /** {@code class_name}. */
    public String caption() {
        return caption;
    }

    /** {@code category_uid}. */
    public int categoryUid() {
        return uid / 1000;
    }

    /** {@code category_name}. */
    public String category() {
        return category;
    }
}
