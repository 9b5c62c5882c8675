package org.cofferdam.monitor.pc;

import org.cofferdam.proxy.virtqueue.QueueConfig;

/**
 * The registers of one queue (virtio 4.1.4.3). The vCPU's thread writes; the vector may be read by any.
 */
final class VirtioQueueRegisters {
    /** Stands for no vector (virtio 4.1.5.1.2). */
    static final int NO_VECTOR = 0xffff;

    private final int largest;
    private volatile int vector = NO_VECTOR;
    int size;
    boolean enabled;
    long descriptors;
    long driver;
    long device;

    VirtioQueueRegisters(int largest) {
        this.largest = largest;
        this.size = largest;
    }

    void reset() {
        vector = NO_VECTOR;
        size = largest;
        enabled = false;
        descriptors = 0;
        driver = 0;
        device = 0;
    }

    int vector() {
        return vector;
    }

    void setVector(int vector) {
        this.vector = vector;
    }

    /** Whether the size is one that the driver may choose: a power of two up to what was offered (virtio 2.7). */
    boolean allows(int wanted) {
        return wanted <= largest && QueueConfig.Layout.SPLIT.allows(wanted);
    }
}
