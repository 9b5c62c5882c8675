package org.cofferdam.proxy.virtqueue;

import static org.cofferdam.proxy.virtqueue.SplitRing.DESCRIPTOR_ADDRESS;
import static org.cofferdam.proxy.virtqueue.SplitRing.DESCRIPTOR_BYTES;
import static org.cofferdam.proxy.virtqueue.SplitRing.DESCRIPTOR_REST;
import static org.cofferdam.proxy.virtqueue.SplitRing.FLAG_INDIRECT;
import static org.cofferdam.proxy.virtqueue.SplitRing.FLAG_NEXT;
import static org.cofferdam.proxy.virtqueue.SplitRing.FLAG_NO_NOTIFICATION;
import static org.cofferdam.proxy.virtqueue.SplitRing.FLAG_WRITE;
import static org.cofferdam.proxy.virtqueue.SplitRing.RING_ENTRIES;
import static org.cofferdam.proxy.virtqueue.SplitRing.RING_FLAGS;
import static org.cofferdam.proxy.virtqueue.SplitRing.RING_INDEX;
import static org.cofferdam.proxy.virtqueue.SplitRing.U16;
import static org.cofferdam.proxy.virtqueue.SplitRing.U16_PLAIN;
import static org.cofferdam.proxy.virtqueue.SplitRing.U64;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A running split queue, seen from the device (virtio 1.2, section 2.7). See {@link DeviceQueue} for its use.
 *
 * <p>{@link #publish} is one aligned 16-bit release store. To sleep: section 2.7.7.1.
 */
public final class SplitQueue extends DeviceQueue {
    private final MemorySegment descriptors;
    private final MemorySegment available;
    private final MemorySegment used;
    private final long usedAddress;
    private final @Nullable InflightRegion inflight;
    private final int mask;

    // All indexes are free-running 16-bit values, kept in the low half of an int (section 2.7.6).
    private int nextAvailable;
    private int availableSeen;
    private int nextUsed;
    private int usedPublished;
    private int usedSignalled;

    private long chainsOffered;

    SplitQueue(
            QueueConfig config,
            QueueMemory memory,
            DataFlow flow,
            int start,
            @Nullable InflightRegion inflight) {
        super(config, memory, flow);
        this.usedAddress = config.used();
        this.inflight = inflight;
        this.descriptors = memory.slice(config.descriptors(), SplitRing.descriptorTableBytes(size));
        this.available = memory.slice(config.available(), SplitRing.availableRingBytes(size));
        this.used = memory.slice(config.used(), SplitRing.usedRingBytes(size));
        mask = size - 1; // Section 2.7: the size is a power of two.
        requireAtomic(config.available(), available, Short.BYTES);
        requireAtomic(config.used(), used, Short.BYTES);
        nextAvailable = start & INDEX_MASK;
        availableSeen = nextAvailable;
        nextUsed = nextAvailable;
        usedPublished = nextAvailable;
        usedSignalled = nextAvailable;
        if (inflight != null) {
            inflight.claimSplit(nextUsed, size);
        }
    }

    static int usedIndex(MemorySegment usedRing) {
        return Short.toUnsignedInt((short) U16.getAcquire(usedRing, RING_INDEX));
    }

    /** How many chains wait to be taken; 0 for a refused queue. One acquire load. */
    public int pending() {
        if (error() != QueueError.NONE) {
            return 0;
        }
        // The acquire load orders the reads of the ring entries and descriptors after it (section
        // 2.7.13.1).
        int index = Short.toUnsignedInt((short) U16.getAcquire(available, RING_INDEX));
        int ahead = (index - nextAvailable) & INDEX_MASK;
        // Section 2.7.6: what waits and what the device still holds are at most `size` chains
        // together. This also
        // catches an index that went back, since the difference is then close to 2^16.
        if (ahead + inFlight() > size) {
            refuse(QueueError.AVAIL_INDEX_JUMP, index);
            return 0;
        }
        chainsOffered += (index - availableSeen) & INDEX_MASK;
        availableSeen = index;
        return ahead;
    }

    @Override
    public boolean take(TakenChains chains) {
        if (availableSeen == nextAvailable && pending() == 0) {
            return false;
        }
        if (error() != QueueError.NONE || !chains.hasRoom()) {
            return false;
        }
        long entry = RING_ENTRIES + 2L * (nextAvailable & mask);
        int head = Short.toUnsignedInt(available.get(U16_PLAIN, entry));
        if (head >= size) {
            refuse(QueueError.HEAD_OUT_OF_RANGE, head);
            return false;
        }
        chains.begin();
        QueueError fault = walk(chains, head);
        if (fault != QueueError.NONE) {
            refuse(fault, head);
            return false;
        }
        commit(chains, head);
        nextAvailable = (nextAvailable + 1) & INDEX_MASK;
        return true;
    }

    private QueueError walk(TakenChains chains, int head) {
        int index = head;
        // A chain of more than `size` descriptors has a loop (section 2.7.5.2), so this bound is
        // the loop check; it
        // also bounds the work that one chain can cost.
        for (int steps = 0; steps < size; steps++) {
            long at = (long) DESCRIPTOR_BYTES * index;
            long address = descriptors.get(U64, at + DESCRIPTOR_ADDRESS);
            long rest = descriptors.get(U64, at + DESCRIPTOR_REST);
            int flags = flags(rest);
            if ((flags & FLAG_INDIRECT) != 0) {
                return walkIndirect(chains, address, rest);
            }
            QueueError fault = add(chains, address, length(rest), isWritable(rest));
            if (fault != QueueError.NONE) {
                return fault;
            }
            if ((flags & FLAG_NEXT) == 0) {
                return QueueError.NONE;
            }
            index = next(rest);
            if (index >= size) {
                return QueueError.NEXT_OUT_OF_RANGE;
            }
        }
        return QueueError.CHAIN_TOO_LONG;
    }

    // Section 2.7.5.3: the table is memory like any buffer. The WRITE flag of the descriptor that
    // names it is ignored,
    // as section 2.7.5.3.2 asks.
    private QueueError walkIndirect(TakenChains chains, long address, long rest) {
        if (!indirect) {
            return QueueError.INDIRECT_NOT_NEGOTIATED;
        }
        if ((flags(rest) & FLAG_NEXT) != 0) {
            return QueueError.INDIRECT_WITH_NEXT;
        }
        long bytes = length(rest);
        if (bytes == 0 || bytes % DESCRIPTOR_BYTES != 0) {
            return QueueError.INDIRECT_TABLE_SIZE;
        }
        int window = memory.windowOf(address, bytes);
        if (window < 0) {
            return QueueError.BUFFER_OUTSIDE;
        }
        MemorySegment table = memory.window(window);
        long start = memory.offsetIn(window, address);
        long entries = bytes / DESCRIPTOR_BYTES;
        long index = 0;
        for (int steps = 0; steps < size; steps++) {
            long at = start + DESCRIPTOR_BYTES * index;
            long entryAddress = table.get(U64, at + DESCRIPTOR_ADDRESS);
            long entryRest = table.get(U64, at + DESCRIPTOR_REST);
            int flags = flags(entryRest);
            if ((flags & FLAG_INDIRECT) != 0) {
                return QueueError.INDIRECT_NESTED;
            }
            QueueError fault = add(chains, entryAddress, length(entryRest), isWritable(entryRest));
            if (fault != QueueError.NONE) {
                return fault;
            }
            if ((flags & FLAG_NEXT) == 0) {
                return QueueError.NONE;
            }
            index = next(entryRest);
            if (index >= entries) {
                return QueueError.NEXT_OUT_OF_RANGE;
            }
        }
        return QueueError.CHAIN_TOO_LONG;
    }

    @Override
    public void giveBack(int head, int written) {
        if (inFlight() == 0) {
            throw new IllegalStateException("More chains returned than taken");
        }
        // id in the low half, length in the high half: one little-endian store of the whole entry
        // (section 2.7.8).
        used.set(
                U64,
                RING_ENTRIES + 8L * (nextUsed & mask),
                Integer.toUnsignedLong(head) | ((long) written << 32));
        nextUsed = (nextUsed + 1) & INDEX_MASK;
    }

    @Override
    public boolean publish() {
        if (nextUsed == usedPublished) {
            return false;
        }
        // One aligned 16-bit release store: a reader never sees half an index, and sees every entry
        // before it
        // (section 2.7.8.2).
        PeerStore.release16(used, RING_INDEX, nextUsed);
        usedPublished = nextUsed;
        if (inflight != null) {
            inflight.usedIndex(nextUsed);
        }
        ringWritten(usedAddress, used.byteSize());
        return true;
    }

    @Override
    public boolean shouldSignal() {
        if (usedSignalled == usedPublished || error() != QueueError.NONE) {
            return false;
        }
        // The index must be visible before the driver's wish is read, else both sides could miss
        // each other
        // (section 2.7.7.2).
        VarHandle.fullFence();
        boolean wanted;
        if (eventIndex) {
            int event =
                    Short.toUnsignedInt(
                            (short) U16.getOpaque(available, SplitRing.usedEvent(size)));
            int since = (usedPublished - usedSignalled) & INDEX_MASK;
            wanted = ((usedPublished - event - 1) & INDEX_MASK) < since;
        } else {
            wanted = ((short) U16.getOpaque(available, RING_FLAGS) & FLAG_NO_NOTIFICATION) == 0;
        }
        usedSignalled = usedPublished;
        return wanted;
    }

    @Override
    public boolean enableNotifications() {
        if (error() != QueueError.NONE) {
            return false;
        }
        if (eventIndex) {
            PeerStore.release16(used, SplitRing.availEvent(size), nextAvailable);
        } else {
            PeerStore.release16(used, RING_FLAGS, 0);
        }
        ringWritten(usedAddress, used.byteSize());
        // The wish must be visible before the index is read again (section 2.7.10.1).
        VarHandle.fullFence();
        return pending() > 0;
    }

    /** A hint: with event indexes the old wish simply goes stale. */
    @Override
    public void disableNotifications() {
        if (!eventIndex) {
            PeerStore.release16(used, RING_FLAGS, FLAG_NO_NOTIFICATION);
            ringWritten(usedAddress, used.byteSize());
        }
    }

    @Override
    public int position() {
        return nextUsed;
    }

    /** Chains taken and not yet given back. */
    public int inFlight() {
        return (nextAvailable - nextUsed) & INDEX_MASK;
    }

    /** Chains that the driver had offered at the last look, since the queue was started. */
    public long chainsOffered() {
        return chainsOffered;
    }

    private static long length(long rest) {
        return rest & 0xffff_ffffL;
    }

    private static boolean isWritable(long rest) {
        return (flags(rest) & FLAG_WRITE) != 0;
    }

    private static int flags(long rest) {
        return (int) (rest >>> 32) & 0xffff;
    }

    private static int next(long rest) {
        return (int) (rest >>> 48);
    }
}
