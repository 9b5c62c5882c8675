package org.cofferdam.proxy.virtqueue;

/**
 * A running queue, seen from the device, whichever of virtio's two layouts it has.
 *
 * <p>One thread; lock-free and allocation-free. The way of a buffer: {@link #take} copies and checks one chain, the
 * owner reads or writes its bytes through {@link TakenChains}, {@link #giveBack} returns it, {@link #publish} makes all
 * that was returned so far visible at once, and {@link #shouldSignal} says whether the driver asked to be told.
 *
 * <p>To sleep: {@link #enableNotifications}; if it returns true, something came meanwhile and there is no sleep. {@link
 * #disableNotifications} after waking.
 *
 * <p>The first offence refuses the queue for good: {@link #error} and {@link #errorHead} say what and where.
 */
public sealed interface DeviceQueue permits SplitQueue, PackedQueue {
    /** Number of descriptors. */
    int size();

    /** A list that holds up to this many chains of this queue; a power of two is used as it is, others round up. */
    TakenChains chains(int count);

    /**
     * Takes the next chain into the list.
     *
     * @return false when none waits, when the list has no room, or when the queue is refused
     */
    boolean take(TakenChains chains);

    /**
     * Returns the oldest chain that is in flight to the driver; visible to it after {@link #publish}.
     *
     * @param head the chain's {@link TakenChains#head}
     * @param written bytes that the device wrote into it, 0 for a chain it only read
     */
    void giveBack(int head, int written);

    /** Makes all returned chains visible. Returns whether there were any. */
    boolean publish();

    /** After {@link #publish}: whether the driver wants to be signalled for what was published since the last call. */
    boolean shouldSignal();

    /**
     * Asks the driver to kick when it offers more, then looks once more.
     *
     * @return true when something waits already, so that the caller must not sleep
     */
    boolean enableNotifications();

    /** Tells the driver that kicks are of no use now. */
    void disableNotifications();

    /**
     * Where another device would go on: behind the last chain that was given back. What was taken and not given back is
     * in the ring still, since chains are given back in their order.
     *
     * @return as "GET_VRING_BASE" of vhost-user has it: a free-running index of 16 bits, or for a packed queue index and
     *     wrap counter twice
     */
    int position();

    /** Chains taken since the queue was started. */
    long chainsTaken();

    /** Why the queue is refused; {@link QueueError#NONE} while it runs. */
    QueueError error();

    /** The descriptor or id that the refusal was about; -1 for none. */
    int errorHead();

    /** Refuses the queue; the first reason stays. */
    void refuse(QueueError reason, int head);
}
