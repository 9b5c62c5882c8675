package org.cofferdam.monitor.pc;

import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.virtqueue.QueueConfig;

/**
 * How a {@link VirtioNetFunction} is set up.
 *
 * @param mac the address that the driver is given
 * @param mtu the largest IP packet in bytes, 68 to 65535 (virtio 5.1.4.1)
 * @param queueSize the most descriptors of a queue, a power of two
 * @param udpSegmentation whether whoever takes the driver's frames cuts them into UDP datagrams, too
 * @param address where firmware put its BAR, a multiple of {@link VirtioNetFunction#BAR_BYTES}
 */
public record VirtioNetSettings(
        Mac mac, int mtu, int queueSize, boolean udpSegmentation, long address) {
    /** The smallest MTU that IPv4 allows (RFC 791), and virtio. */
    private static final int SMALLEST_MTU = 68;

    private static final int LARGEST_MTU = 65535;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException for a value that virtio does not allow
     */
    public VirtioNetSettings {
        if (mtu < SMALLEST_MTU
                || mtu > LARGEST_MTU
                || !QueueConfig.Layout.SPLIT.allows(queueSize)) {
            throw new IllegalArgumentException(
                    "A virtio network card cannot have an MTU of %d and queues of %d"
                            .formatted(mtu, queueSize));
        }
    }
}
