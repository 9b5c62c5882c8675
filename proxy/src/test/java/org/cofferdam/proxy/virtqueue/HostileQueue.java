package org.cofferdam.proxy.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A driver without manners: writes any value anywhere into its rings, and watches that the device leaves everything
 * else alone.
 *
 * <pre>
 * guard 4 KiB | RAM: rings 64 KiB | closed 64 KiB | window for buffers 128 KiB | guard 4 KiB
 * </pre>
 */
public final class HostileQueue {
    public static final long RAM = 0x10_0000;
    public static final long CLOSED = RAM + 0x1_0000;
    public static final long WINDOW = RAM + 0x2_0000;
    public static final long WINDOW_BYTES = 0x2_0000;
    public static final long END = WINDOW + WINDOW_BYTES;

    public static final int NEXT = 1;
    public static final int WRITE = 2;
    public static final int INDIRECT = 4;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long GUARD = 4096;
    private static final byte CANARY = (byte) 0xa5;

    private final int size;
    private final MemorySegment whole = Arena.ofAuto().allocate(2 * GUARD + (END - RAM), 4096);
    private final MemorySegment ram = whole.asSlice(GUARD, END - RAM);
    private final long available;
    private final long used;
    private int availableIndex;

    public HostileQueue(int size) {
        this.size = size;
        this.available = RAM + 16L * size;
        this.used = (available + 6 + 2L * size + 3) & ~3L;
        whole.asSlice(0, GUARD).fill(CANARY);
        whole.asSlice(GUARD + END - RAM, GUARD).fill(CANARY);
        ram.asSlice(CLOSED - RAM, WINDOW - CLOSED).fill(CANARY);
    }

    public QueueConfig config() {
        return QueueConfig.plain(size, RAM, available, used);
    }

    public QueueConfig config(boolean indirect, boolean eventIndex) {
        return new QueueConfig(
                QueueConfig.Layout.SPLIT, size, RAM, available, used, indirect, eventIndex);
    }

    /** The memory with buffers allowed in the window. */
    public QueueMemory memory() {
        return QueueMemory.of(RAM, ram).withBufferWindow(WINDOW, WINDOW_BYTES);
    }

    public MemorySegment ram() {
        return ram;
    }

    public HostileQueue descriptor(int index, long address, long length, int flags, int next) {
        return descriptorAt(RAM + 16L * index, address, length, flags, next);
    }

    /** A descriptor anywhere, as indirect tables hold them. */
    public HostileQueue descriptorAt(long place, long address, long length, int flags, int next) {
        long at = place - RAM;
        ram.set(U64, at, address);
        ram.set(
                U64,
                at + 8,
                (length & 0xffff_ffffL) | (long) (flags & 0xffff) << 32 | (long) next << 48);
        return this;
    }

    /** Puts a head into the next place of the available ring and shows it. */
    public HostileQueue offer(int head) {
        availableEntry(availableIndex, head);
        return availableIndex(availableIndex + 1);
    }

    public HostileQueue availableEntry(int position, int head) {
        ram.set(U16, available - RAM + 4 + 2L * (position & (size - 1)), (short) head);
        return this;
    }

    public HostileQueue availableIndex(int index) {
        availableIndex = index & 0xffff;
        ram.set(U16, available - RAM + 2, (short) index);
        return this;
    }

    public HostileQueue availableFlags(int flags) {
        ram.set(U16, available - RAM, (short) flags);
        return this;
    }

    public HostileQueue usedEvent(int index) {
        ram.set(U16, available - RAM + 4 + 2L * size, (short) index);
        return this;
    }

    public int usedFlags() {
        return Short.toUnsignedInt(ram.get(U16, used - RAM));
    }

    public int usedIndex() {
        return Short.toUnsignedInt(ram.get(U16, used - RAM + 2));
    }

    public int usedId(int position) {
        return ram.get(U32, used - RAM + 4 + 8L * (position & (size - 1)));
    }

    public int usedLength(int position) {
        return ram.get(U32, used - RAM + 8 + 8L * (position & (size - 1)));
    }

    /** Fills part of the memory. */
    public HostileQueue fill(long address, long length, int value) {
        ram.asSlice(address - RAM, length).fill((byte) value);
        return this;
    }

    public byte byteAt(long address) {
        return ram.get(ValueLayout.JAVA_BYTE, address - RAM);
    }

    /** The device wrote neither around the memory nor into the part of it that is no window and no ring. */
    public void assertNothingElseWasTouched() {
        assertCanary(whole.asSlice(0, GUARD));
        assertCanary(whole.asSlice(GUARD + END - RAM, GUARD));
        assertCanary(ram.asSlice(CLOSED - RAM, WINDOW - CLOSED));
    }

    private static void assertCanary(MemorySegment part) {
        MemorySegment expected =
                MemorySegment.ofArray(new byte[(int) part.byteSize()]).fill(CANARY);
        assertEquals(-1, part.mismatch(expected), "a byte outside the window was written");
    }
}
