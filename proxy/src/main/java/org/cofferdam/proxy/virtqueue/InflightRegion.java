package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/**
 * A queue's part of the in-flight buffer (vhost-user specification, "Inflight I/O tracking"): memory that outlives this
 * process, in the front end's hands, from which the next back end learns where a packed queue stands. A split queue's
 * used ring tells that itself; its part is kept for whoever reads it.
 *
 * <pre>
 *  split                                    packed
 *   0  u64 features, 0                       0  u64 features, 0
 *   8  u16 version, 1                        8  u16 version, 1
 *  10  u16 desc_num                         10  u16 desc_num
 *  12  u16 last_batch_head                  12  u16 free_head   14  u16 old_free_head
 *  14  u16 used_idx                         16  u16 used_idx    18  u16 old_used_idx
 *  16  16 bytes for each descriptor         20  u8 used_wrap_counter   21  u8 old_used_wrap_counter
 *                                           32  32 bytes for each descriptor
 * </pre>
 *
 * <p>No descriptor is ever marked as in flight: a network device returns chains in their order, so what was taken and
 * not returned is what lies behind the used index, and is taken once more. That is also what a back end that resubmits
 * marked descriptors makes of it.
 *
 * <p>The peer can write here whenever it likes: what is read is checked, and misleads only its own queue. Switch thread;
 * allocation-free after it was made. The memory may be cut short, as any of the peer's.
 */
public final class InflightRegion {
    /** So far apart are the parts of two queues. */
    private static final int ALIGNMENT = 64;

    private static final int SPLIT_HEADER = 16;
    private static final int SPLIT_DESCRIPTOR = 16;
    private static final int PACKED_HEADER = 32;
    private static final int PACKED_DESCRIPTOR = 32;

    /** Version and desc_num. */
    private static final long IDENTITY = 8;

    private static final short VERSION = 1;
    private static final long SPLIT_USED = 14;

    /** used_idx, old_used_idx and both wrap counters, which are one aligned word: it changes whole or not at all. */
    private static final long PACKED_USED = 16;

    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle U64 =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MemorySegment memory;

    /**
     * A queue's part.
     *
     * @param memory {@link #bytes} of them, aligned to 64
     */
    public InflightRegion(MemorySegment memory) {
        if (memory.address() % ALIGNMENT != 0) {
            throw new IllegalArgumentException("The in-flight region is not aligned in memory");
        }
        this.memory = memory;
    }

    /** Bytes of a queue's part; a multiple of 64. */
    public static long bytes(QueueConfig.Layout layout, int size) {
        long bytes =
                layout == QueueConfig.Layout.PACKED
                        ? PACKED_HEADER + (long) PACKED_DESCRIPTOR * size
                        : SPLIT_HEADER + (long) SPLIT_DESCRIPTOR * size;
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /**
     * Where a packed queue stands, if a back end has written that here.
     *
     * @param ring the queue's descriptors, which tell whether the last word here was carried out
     * @return index and, in bit 15, wrap counter; empty for a region that is new or another queue's
     */
    OptionalInt packedPosition(MemorySegment ring, int size) {
        if (memory.get(U32, IDENTITY) != identity(size)) {
            return OptionalInt.empty();
        }
        long word = (long) U64.getAcquire(memory, PACKED_USED);
        int next = position(word & 0xffff, word >>> 32 & 0xff);
        int old = position(word >>> 16 & 0xffff, word >>> 40 & 0xff);
        if ((next & ~PackedRing.WRAP) >= size || (old & ~PackedRing.WRAP) >= size) {
            return OptionalInt.empty();
        }
        // Between the announcement and the word that it was done, the ring itself tells: the first
        // chain of a batch is written last.
        boolean done = next == old || PackedRing.isReturned(ring, old);
        return OptionalInt.of(done ? next : old);
    }

    private static int position(long index, long wrap) {
        // An index has 15 bits in this layout; one that has more is beyond every size.
        return index > 0x7fff ? 0x7fff : (int) index | (wrap != 0 ? PackedRing.WRAP : 0);
    }

    /** Makes the region this queue's, at a position where nothing is being returned. */
    void claimPacked(int position, int size) {
        settled(position);
        memory.set(U32, IDENTITY, identity(size));
    }

    /** A batch is about to be returned, from one position to another. */
    void returning(int from, int to) {
        store(to, from);
    }

    /** The batch was returned. */
    void settled(int position) {
        store(position, position);
    }

    private void store(int used, int old) {
        long word =
                (used & ~PackedRing.WRAP)
                        | (long) (old & ~PackedRing.WRAP) << 16
                        | ((used & PackedRing.WRAP) != 0 ? 1L << 32 : 0)
                        | ((old & PackedRing.WRAP) != 0 ? 1L << 40 : 0);
        U64.setRelease(memory, PACKED_USED, word);
    }

    /** Makes the region this queue's. */
    void claimSplit(int usedIndex, int size) {
        usedIndex(usedIndex);
        memory.set(U32, IDENTITY, identity(size));
    }

    /** A split queue's used index was published. */
    void usedIndex(int index) {
        PeerStore.release16(memory, SPLIT_USED, index);
    }

    private static int identity(int size) {
        return VERSION | size << 16;
    }
}
