package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where things lie in a packed ring (virtio 1.2, sections 2.8.13 and 2.8.14). Everything is little-endian. Driver and
 * device write into the same ring; who of them wrote a descriptor last is told by its two highest flags.
 *
 * <pre>
 * descriptor, 16 bytes each     driver area, device area: when to notify whoever wrote it
 *   0  u64 address                0  u16 ring position, bit 15 its wrap counter
 *   8  u32 length                 2  u16 flags: ENABLE, DISABLE or DESC (at that position)
 *  12  u16 id
 *  14  u16 flags
 * </pre>
 */
final class PackedRing {
    static final int DESCRIPTOR_BYTES = 16;
    static final long DESCRIPTOR_ADDRESS = 0;

    /** Length, id and flags are one aligned 64-bit word: a single load reads all three. */
    static final long DESCRIPTOR_REST = 8;

    static final int FLAG_NEXT = 1;
    static final int FLAG_WRITE = 2;
    static final int FLAG_INDIRECT = 4;
    static final int FLAG_AVAILABLE = 1 << 7;
    static final int FLAG_USED = 1 << 15;

    static final long AREA_BYTES = 4;
    static final long AREA_POSITION = 0;
    static final long AREA_FLAGS = 2;

    static final int EVENT_ENABLE = 0;
    static final int EVENT_DISABLE = 1;
    static final int EVENT_DESCRIPTOR = 2;

    /** In a position: the wrap counter. */
    static final int WRAP = 1 << 15;

    static final VarHandle U16 = aligned(ValueLayout.JAVA_SHORT);
    static final VarHandle U64_ALIGNED = aligned(ValueLayout.JAVA_LONG);
    static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PackedRing() {}

    static long ringBytes(int size) {
        return (long) DESCRIPTOR_BYTES * size;
    }

    /** Whether the descriptor at a position was returned in that position's round (section 2.8.1). */
    static boolean isReturned(MemorySegment ring, int position) {
        long at = (long) DESCRIPTOR_BYTES * (position & ~WRAP);
        long rest = (long) U64_ALIGNED.getAcquire(ring, at + DESCRIPTOR_REST);
        boolean used = (rest >>> 48 & FLAG_USED) != 0;
        return used == ((position & WRAP) != 0);
    }

    private static VarHandle aligned(ValueLayout layout) {
        MemoryLayout little = layout.withOrder(ByteOrder.LITTLE_ENDIAN);
        return ((ValueLayout) little).varHandle();
    }
}
