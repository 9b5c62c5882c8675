package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemorySegment;

/**
 * Chains that were taken from a queue and checked, oldest first: private copies of their descriptors, resolved to
 * windows of the peer's memory. What the peer writes into its descriptors afterwards has no effect here.
 *
 * <p>One thread, allocation-free. A first-in-first-out list over two circular arrays, one entry a chain and one a
 * descriptor.
 */
public final class TakenChains {
    private final QueueMemory memory;
    private final int queueSize;

    private final int chainMask;
    private final int[] head;
    private final int[] firstDescriptor;
    private final int[] descriptorCount;
    private final int[] readableCount;
    private final long[] readableBytes;
    private final long[] writableBytes;

    private final int descriptorMask;
    private final int[] window;
    private final long[] offset;
    private final long[] length;

    // Running positions; a position's slot is its low bits, so they may wrap.
    private int oldestChain;
    private int nextChain;
    private int oldestDescriptor;
    private int nextDescriptor;

    // The chain that is being taken; it counts only after commit().
    private int pendingDescriptors;
    private int pendingReadable;
    private long pendingReadableBytes;
    private long pendingWritableBytes;

    TakenChains(QueueMemory memory, int queueSize, int chains) {
        this.memory = memory;
        this.queueSize = queueSize;
        int chainSlots = slotsFor(chains);
        this.chainMask = chainSlots - 1;
        this.head = new int[chainSlots];
        this.firstDescriptor = new int[chainSlots];
        this.descriptorCount = new int[chainSlots];
        this.readableCount = new int[chainSlots];
        this.readableBytes = new long[chainSlots];
        this.writableBytes = new long[chainSlots];
        // One whole chain always fits beside as many others as an honest driver can have in the
        // table.
        int descriptorSlots = slotsFor(chains == 1 ? queueSize : 2 * queueSize);
        this.descriptorMask = descriptorSlots - 1;
        this.window = new int[descriptorSlots];
        this.offset = new long[descriptorSlots];
        this.length = new long[descriptorSlots];
    }

    /** The power of two that this many entries fit into: then an entry's slot is the low bits of its number. */
    static int slotsFor(int entries) {
        return Math.max(1, Integer.highestOneBit(2 * entries - 1));
    }

    /** How many chains are held. */
    public int count() {
        return nextChain - oldestChain;
    }

    /** Whether one more chain of any legal length would fit. */
    public boolean hasRoom() {
        return count() <= chainMask
                && descriptorMask + 1 - (nextDescriptor - oldestDescriptor) >= queueSize;
    }

    /** Index of the chain's first descriptor: its name when it is given back. */
    public int head(int chain) {
        return head[slot(chain)];
    }

    /** Bytes that the device may read from the chain. */
    public long readableBytes(int chain) {
        return readableBytes[slot(chain)];
    }

    /** Bytes that the device may write into the chain. */
    public long writableBytes(int chain) {
        return writableBytes[slot(chain)];
    }

    /** Forgets the oldest chain; the others move up by one. */
    public void removeFirst() {
        if (count() == 0) {
            throw new IllegalStateException("No chain is held");
        }
        oldestDescriptor += descriptorCount[oldestChain & chainMask];
        oldestChain++;
    }

    /** Forgets all. */
    public void clear() {
        oldestChain = nextChain;
        oldestDescriptor = nextDescriptor;
    }

    /**
     * Copies from the readable part of a chain.
     *
     * @param chain 0 is the oldest
     * @param from first byte, counted from the chain's start
     * @return how many bytes were copied: less than asked only at the chain's end
     */
    public int copyOut(int chain, long from, MemorySegment target, long targetOffset, int bytes) {
        int slot = slot(chain);
        int first = firstDescriptor[slot];
        return copy(first, readableCount[slot], from, target, targetOffset, bytes, true);
    }

    /**
     * Copies into the writable part of a chain.
     *
     * @param chain 0 is the oldest
     * @param at first byte, counted from the start of the writable part
     * @return how many bytes were copied: less than asked only at the chain's end
     */
    public int copyIn(int chain, long at, MemorySegment source, long sourceOffset, int bytes) {
        int slot = slot(chain);
        int first = firstDescriptor[slot] + readableCount[slot];
        int descriptors = descriptorCount[slot] - readableCount[slot];
        return copy(first, descriptors, at, source, sourceOffset, bytes, false);
    }

    private int copy(
            int first,
            int descriptors,
            long start,
            MemorySegment ours,
            long oursOffset,
            int bytes,
            boolean out) {
        long skip = start;
        int done = 0;
        for (int i = 0; i < descriptors && done < bytes; i++) {
            int at = (first + i) & descriptorMask;
            if (skip >= length[at]) {
                skip -= length[at];
                continue;
            }
            int piece = (int) Math.min(bytes - done, length[at] - skip);
            MemorySegment theirs = memory.window(window[at]);
            if (out) {
                MemorySegment.copy(theirs, offset[at] + skip, ours, oursOffset + done, piece);
            } else {
                MemorySegment.copy(ours, oursOffset + done, theirs, offset[at] + skip, piece);
                memory.written(window[at], offset[at] + skip, piece);
            }
            done += piece;
            skip = 0;
        }
        return done;
    }

    void begin() {
        pendingDescriptors = 0;
        pendingReadable = 0;
        pendingReadableBytes = 0;
        pendingWritableBytes = 0;
    }

    /** Adds one checked descriptor to the pending chain. */
    QueueError add(long address, long bytes, boolean writable) {
        if (pendingDescriptors == queueSize) {
            return QueueError.CHAIN_TOO_LONG;
        }
        if (bytes == 0) {
            return QueueError.ZERO_LENGTH;
        }
        if (!writable && pendingDescriptors > pendingReadable) {
            return QueueError.READABLE_AFTER_WRITABLE;
        }
        int found = memory.windowOf(address, bytes);
        if (found < 0) {
            return QueueError.BUFFER_OUTSIDE;
        }
        int at = (nextDescriptor + pendingDescriptors) & descriptorMask;
        window[at] = found;
        offset[at] = memory.offsetIn(found, address);
        length[at] = bytes;
        pendingDescriptors++;
        if (writable) {
            pendingWritableBytes += bytes;
        } else {
            pendingReadable++;
            pendingReadableBytes += bytes;
        }
        // At most 32768 descriptors of less than 2^32 bytes each: the sums stay below 2^47.
        if (pendingReadableBytes + pendingWritableBytes > 1L << 32) {
            return QueueError.CHAIN_TOO_BIG;
        }
        return QueueError.NONE;
    }

    void commit(int chainHead) {
        int slot = nextChain & chainMask;
        head[slot] = chainHead;
        firstDescriptor[slot] = nextDescriptor;
        descriptorCount[slot] = pendingDescriptors;
        readableCount[slot] = pendingReadable;
        readableBytes[slot] = pendingReadableBytes;
        writableBytes[slot] = pendingWritableBytes;
        nextDescriptor += pendingDescriptors;
        nextChain++;
    }

    private int slot(int chain) {
        if (chain < 0 || chain >= count()) {
            throw new IndexOutOfBoundsException("Chain " + chain + " of " + count());
        }
        return (oldestChain + chain) & chainMask;
    }
}
