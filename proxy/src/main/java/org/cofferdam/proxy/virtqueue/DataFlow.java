package org.cofferdam.proxy.virtqueue;

/** Which way a queue's buffers may carry data; a descriptor for another direction is refused. */
public enum DataFlow {
    /** The device only reads (a network transmit queue, section 5.1.6.2). */
    DRIVER_TO_DEVICE,
    /** The device only writes (a network receive queue, section 5.1.6.3). */
    DEVICE_TO_DRIVER,
    /** Each chain may have readable descriptors, then writable ones (control and block queues). */
    BOTH
}
