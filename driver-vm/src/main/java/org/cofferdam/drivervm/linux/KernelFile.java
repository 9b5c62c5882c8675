package org.cofferdam.drivervm.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cofferdam.drivervm.BadImageException;

/**
 * A kernel's file: little-endian numbers, none of them trusted. Reads outside the file are {@link
 * IndexOutOfBoundsException}, so callers ask {@link #has} first.
 */
final class KernelFile {
    static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;

    KernelFile(MemorySegment bytes) {
        this.bytes = bytes;
    }

    long size() {
        return bytes.byteSize();
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Whether [offset, offset + length) lies in the file. */
    boolean has(long offset, long length) {
        return within(offset, length, bytes.byteSize());
    }

    int u8(long offset) {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, offset));
    }

    int u16(long offset) {
        return Short.toUnsignedInt(bytes.get(U16, offset));
    }

    /** Zero-extended. */
    long u32(long offset) {
        return Integer.toUnsignedLong(bytes.get(U32, offset));
    }

    /** May look negative. */
    long u64(long offset) {
        return bytes.get(U64, offset);
    }

    /** Whether [offset, offset + length) lies in [0, size); no sum, so nothing overflows, and what looks negative is out. */
    static boolean within(long offset, long length, long size) {
        return offset >= 0 && length >= 0 && length <= size && offset <= size - length;
    }

    static void check(boolean holds, String fault) throws BadImageException {
        if (!holds) {
            throw new BadImageException("the kernel " + fault);
        }
    }
}
