package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where things lie in a split ring (virtio 1.2, sections 2.7.5, 2.7.6 and 2.7.8). Everything is little-endian.
 *
 * <pre>
 * descriptor, 16 bytes each        available ring                  used ring
 *   0  u64 address                   0  u16 flags                    0  u16 flags
 *   8  u32 length                    2  u16 idx                      2  u16 idx
 *  12  u16 flags                     4  u16 ring[size]               4  {u32 id, u32 length} ring[size]
 *  14  u16 next                      4 + 2 * size  u16 used_event    4 + 8 * size  u16 avail_event
 * </pre>
 */
final class SplitRing {
    static final int DESCRIPTOR_BYTES = 16;
    static final long DESCRIPTOR_ADDRESS = 0;

    /** Length, flags and next are one aligned 64-bit word, so that a single load reads all three. */
    static final long DESCRIPTOR_REST = 8;

    static final int FLAG_NEXT = 1;
    static final int FLAG_WRITE = 2;
    static final int FLAG_INDIRECT = 4;

    static final long RING_FLAGS = 0;
    static final long RING_INDEX = 2;
    static final long RING_ENTRIES = 4;

    /** In the available ring's flags: the driver wants no signal. In the used ring's: the device wants no kick. */
    static final short FLAG_NO_NOTIFICATION = 1;

    static final VarHandle U16 = aligned(ValueLayout.JAVA_SHORT);
    static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort U16_PLAIN =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private SplitRing() {}

    static long descriptorTableBytes(int size) {
        return (long) DESCRIPTOR_BYTES * size;
    }

    static long availableRingBytes(int size) {
        return 6 + 2L * size;
    }

    static long usedRingBytes(int size) {
        return 6 + 8L * size;
    }

    static long usedEvent(int size) {
        return 4 + 2L * size;
    }

    static long availEvent(int size) {
        return 4 + 8L * size;
    }

    private static VarHandle aligned(ValueLayout layout) {
        MemoryLayout little = layout.withOrder(ByteOrder.LITTLE_ENDIAN);
        return ((ValueLayout) little).varHandle();
    }
}
