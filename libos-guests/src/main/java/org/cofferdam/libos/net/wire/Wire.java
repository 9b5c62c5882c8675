package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Numbers in network byte order at any alignment. Allocation-free, any thread. */
public final class Wire {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Wire() {}

    /** One byte, 0 to 255. */
    public static int u8(MemorySegment memory, long offset) {
        return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset));
    }

    /** Two bytes, 0 to 65535. */
    public static int u16(MemorySegment memory, long offset) {
        return Short.toUnsignedInt(memory.get(U16, offset));
    }

    /** Four bytes as they are; a sequence number or an IPv4 address. */
    public static int i32(MemorySegment memory, long offset) {
        return memory.get(U32, offset);
    }

    /** Eight bytes as they are; half of an IPv6 address. */
    public static long i64(MemorySegment memory, long offset) {
        return memory.get(U64, offset);
    }

    /** Six bytes as the lower 48 bits; an Ethernet address. */
    public static long u48(MemorySegment memory, long offset) {
        return (long) u16(memory, offset) << 32
                | Integer.toUnsignedLong(memory.get(U32, offset + 2));
    }

    /** Stores the lowest byte. */
    public static void putU8(MemorySegment memory, long offset, int value) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    /** Stores the lower two bytes. */
    public static void putU16(MemorySegment memory, long offset, int value) {
        memory.set(U16, offset, (short) value);
    }

    /** Stores four bytes. */
    public static void putI32(MemorySegment memory, long offset, int value) {
        memory.set(U32, offset, value);
    }

    /** Stores eight bytes. */
    public static void putI64(MemorySegment memory, long offset, long value) {
        memory.set(U64, offset, value);
    }

    /** Stores the lower six bytes. */
    public static void putU48(MemorySegment memory, long offset, long value) {
        memory.set(U16, offset, (short) (value >>> 32));
        memory.set(U32, offset + 2, (int) value);
    }
}
