package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Little-endian numbers at any offset of a memory segment, the file format's byte order. */
public final class Bytes {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    /** The byte at {@code at}, 0 to 255. */
    public static int u8(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    /** Sets the byte at {@code at} to the low 8 bits of {@code value}. */
    public static void u8(MemorySegment memory, long at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    /** The 16 bits at {@code at}, 0 to 65535. */
    public static int u16(MemorySegment memory, long at) {
        return memory.get(U16, at) & 0xffff;
    }

    /** Sets 16 bits at {@code at}. */
    public static void u16(MemorySegment memory, long at, int value) {
        memory.set(U16, at, (short) value);
    }

    /** The 32 bits at {@code at} as an unsigned number. */
    public static long u32(MemorySegment memory, long at) {
        return memory.get(U32, at) & 0xffff_ffffL;
    }

    /** Sets 32 bits at {@code at} to the low 32 bits of {@code value}. */
    public static void u32(MemorySegment memory, long at, long value) {
        memory.set(U32, at, (int) value);
    }

    /** The 64 bits at {@code at}. */
    public static long u64(MemorySegment memory, long at) {
        return memory.get(U64, at);
    }

    /** Sets 64 bits at {@code at}. */
    public static void u64(MemorySegment memory, long at, long value) {
        memory.set(U64, at, value);
    }

    /** The next multiple of eight; records and blocks begin on one. */
    public static int align8(int length) {
        return (length + 7) & ~7;
    }
}
