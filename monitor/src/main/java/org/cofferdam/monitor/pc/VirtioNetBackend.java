package org.cofferdam.monitor.pc;

import org.cofferdam.proxy.virtqueue.QueueConfig;

/** What serves the queues of a {@link VirtioNetFunction}. The vCPU's thread calls everything. */
public interface VirtioNetBackend {
    /**
     * The driver is ready: the queues may be served, from index 0, until {@link #stop}.
     *
     * @param receive where queue 0 lies, as the driver says
     * @param transmit where queue 1 lies, as the driver says
     * @param features what was negotiated (virtio 5.1.3 and 6), bit for bit
     * @throws IllegalArgumentException when they do not lie in the memory; the function then asks for a reset
     */
    void start(QueueConfig receive, QueueConfig transmit, long features);

    /** The driver has reset the function: nothing of the queues may be touched when this returns. */
    void stop();

    /** The driver has put buffers into a queue and said so by a trapped write. */
    void kicked(int queue);

    /**
     * The addresses that the driver writes to for a kick have changed: two or four bytes whose low 16 bits are the
     * queue's number. A back end that is kicked by eventfds moves them there.
     *
     * @param receive guest-physical, of queue 0; -1 while none is decoded
     * @param transmit guest-physical, of queue 1, likewise
     */
    default void notifyAddressesChanged(long receive, long transmit) {}
}
