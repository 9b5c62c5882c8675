package org.cofferdam.audit;

/** The boundaries whose crossings are recorded. */
public enum Boundary {
    /** Driver domain and monitor: exits, doorbells, registers, DMA maps, life cycle. */
    DOMAIN_MONITOR,
    /** Driver domain, guest or other port and the packet switch: bursts and queues. */
    DOMAIN_PROXY,
    /** Packet switch and host kernel: the tap, the kernel program's drops, its maps. */
    PROXY_KERNEL,
    /** Guest and host kernel: the system calls that the guest's filter refused. */
    GUEST_KERNEL,
    /** Operator and monitor: control calls. */
    OPERATOR_MONITOR,
    /** What detectors found, in their own log. */
    DETECTION,
    /** The log about itself. */
    LOG
}
