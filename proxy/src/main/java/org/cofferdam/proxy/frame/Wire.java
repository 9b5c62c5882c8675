package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Numbers in network byte order at any alignment. */
public final class Wire {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Wire() {}

    public static int u8(MemorySegment memory, long offset) {
        return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset));
    }

    public static int u16(MemorySegment memory, long offset) {
        return Short.toUnsignedInt(memory.get(U16, offset));
    }

    public static int i32(MemorySegment memory, long offset) {
        return memory.get(U32, offset);
    }

    static void putU8(MemorySegment memory, long offset, int value) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    static void putU16(MemorySegment memory, long offset, int value) {
        memory.set(U16, offset, (short) value);
    }

    static void putI32(MemorySegment memory, long offset, int value) {
        memory.set(U32, offset, value);
    }
}
