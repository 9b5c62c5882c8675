package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * virtio_net_hdr_v1 (virtio 1.2, section 5.1.6), little-endian, in front of each frame.
 *
 * <pre>
 *  0  u8 flags       1  u8 gso_type      2  u16 hdr_len      4  u16 gso_size
 *  6  u16 csum_start 8  u16 csum_offset 10  u16 num_buffers
 * </pre>
 */
public final class NetHeader {
    /** Bytes of the header. */
    public static final int BYTES = 12;

    /** The checksum field holds the pseudo-header's sum and is to be completed. */
    public static final int NEEDS_CSUM = 1;

    /** Whoever sent the frame has checked its checksum. */
    public static final int DATA_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_UDP_FRAGMENTS = 3;
    public static final int GSO_TCPV6 = 4;
    public static final int GSO_UDP = 5;

    /** Added to a GSO type: the first segment carries CWR, the others must not. */
    public static final int GSO_ECN = 0x80;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private NetHeader() {}

    public static int flags(MemorySegment memory, long header) {
        return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, header));
    }

    public static int gsoType(MemorySegment memory, long header) {
        return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, header + 1));
    }

    /** Bytes of all headers of a GSO frame; a hint until {@link OffloadCheck} has made it exact. */
    public static int headerLength(MemorySegment memory, long header) {
        return Short.toUnsignedInt(memory.get(U16, header + 2));
    }

    public static int gsoSize(MemorySegment memory, long header) {
        return Short.toUnsignedInt(memory.get(U16, header + 4));
    }

    public static int checksumStart(MemorySegment memory, long header) {
        return Short.toUnsignedInt(memory.get(U16, header + 6));
    }

    public static int checksumOffset(MemorySegment memory, long header) {
        return Short.toUnsignedInt(memory.get(U16, header + 8));
    }

    public static int buffers(MemorySegment memory, long header) {
        return Short.toUnsignedInt(memory.get(U16, header + 10));
    }

    /** Writes a header that asks for nothing. */
    public static void clear(MemorySegment memory, long header) {
        memory.set(U32, header, 0);
        memory.set(U32, header + 4, 0);
        memory.set(U32, header + 8, 0);
    }

    /** Writes all fields; num_buffers is 0. */
    public static void write(
            MemorySegment memory,
            long header,
            int flags,
            int gsoType,
            int headerLength,
            int gsoSize,
            int checksumStart,
            int checksumOffset) {
        memory.set(U32, header, flags | gsoType << 8 | headerLength << 16);
        memory.set(U32, header + 4, gsoSize | checksumStart << 16);
        memory.set(U32, header + 8, checksumOffset);
    }

    /** Stores num_buffers: over how many receive buffers the frame is spread (section 5.1.6.4). */
    public static void putBuffers(MemorySegment memory, long header, int buffers) {
        memory.set(U16, header + 10, (short) buffers);
    }
}
