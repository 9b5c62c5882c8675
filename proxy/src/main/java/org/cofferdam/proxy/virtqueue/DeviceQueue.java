package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

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
public abstract sealed class DeviceQueue permits SplitQueue, PackedQueue {
    static final int INDEX_MASK = 0xffff;

    final QueueMemory memory;
    final int size;
    final boolean indirect;
    final boolean eventIndex;
    private final DataFlow flow;
    private final @Nullable WriteLog log;

    private long chainsTaken;
    private QueueError error = QueueError.NONE;
    private int errorHead = -1;

    DeviceQueue(QueueConfig config, QueueMemory memory, DataFlow flow) {
        this.log = memory.log();
        this.memory = memory;
        this.flow = flow;
        this.size = config.size();
        this.indirect = config.indirect();
        this.eventIndex = config.eventIndex();
    }

    // A region may begin at an odd place of our own address space; what is read and written as one
    // word
    // must still be aligned there.
    static void requireAtomic(long address, MemorySegment part, int bytes) {
        if (part.address() % bytes != 0 || part.maxByteAlignment() < bytes) {
            throw new IllegalArgumentException(
                    "The ring at 0x%x is not aligned in memory".formatted(address));
        }
    }

    /** Number of descriptors. */
    public final int size() {
        return size;
    }

    /** A list that holds up to this many chains of this queue; a power of two is used as it is, others round up. */
    public final TakenChains chains(int count) {
        return new TakenChains(memory, size, count);
    }

    /**
     * Takes the next chain into the list.
     *
     * @return false when none waits, when the list has no room, or when the queue is refused
     */
    public abstract boolean take(TakenChains chains);

    /** Makes a chain whose descriptors were added the list's last. */
    final void commit(TakenChains chains, int head) {
        chains.commit(head);
        chainsTaken++;
    }

    /** Adds one descriptor to the chain that is being taken, if its direction is this queue's. */
    final QueueError add(TakenChains chains, long address, long length, boolean writable) {
        if (flow != DataFlow.BOTH && writable != (flow == DataFlow.DEVICE_TO_DRIVER)) {
            return QueueError.WRONG_DIRECTION;
        }
        return chains.add(address, length, writable);
    }

    /**
     * Returns the oldest chain that is in flight to the driver; visible to it after {@link #publish}.
     *
     * @param head the chain's {@link TakenChains#head}
     * @param written bytes that the device wrote into it, 0 for a chain it only read
     */
    public abstract void giveBack(int head, int written);

    /** Makes all returned chains visible. Returns whether there were any. */
    public abstract boolean publish();

    /** After {@link #publish}: whether the driver wants to be signalled for what was published since the last call. */
    public abstract boolean shouldSignal();

    /** A part of the ring was written: so many bytes from a guest-physical address on. */
    final void ringWritten(long address, long bytes) {
        if (log != null) {
            log.mark(address, bytes);
        }
    }

    /**
     * Asks the driver to kick when it offers more, then looks once more.
     *
     * @return true when something waits already, so that the caller must not sleep
     */
    public abstract boolean enableNotifications();

    /** Tells the driver that kicks are of no use now. */
    public abstract void disableNotifications();

    /**
     * Where another device would go on: behind the last chain that was given back. What was taken and not given back is
     * in the ring still, since chains are given back in their order.
     *
     * @return as "GET_VRING_BASE" of vhost-user has it: a free-running index of 16 bits, or for a packed queue index and
     *     wrap counter twice
     */
    public abstract int position();

    /** Chains taken since the queue was started. */
    public final long chainsTaken() {
        return chainsTaken;
    }

    /** Why the queue is refused; {@link QueueError#NONE} while it runs. */
    public final QueueError error() {
        return error;
    }

    /** The descriptor or index that the refusal was about; -1 for none. */
    public final int errorHead() {
        return errorHead;
    }

    /** Refuses the queue; the first reason stays. */
    public final void refuse(QueueError reason, int head) {
        if (error == QueueError.NONE) {
            error = reason;
            errorHead = head;
        }
    }
}
