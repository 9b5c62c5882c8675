package org.cofferdam.libos.net.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * An {@link Offload} as it stands before a frame, for links that have it so: virtio_net_hdr, little-endian (virtio 1.2,
 * section 5.1.6).
 *
 * <pre>
 *  0  u8 flags       1  u8 gso_type      2  u16 hdr_len      4  u16 gso_size
 *  6  u16 csum_start 8  u16 csum_offset 10  u16 num_buffers
 * </pre>
 */
public final class OffloadHeader {
    /** Bytes of the header. */
    public static final int BYTES = 12;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private OffloadHeader() {}

    /** Reads a header; num_buffers is the link's own affair. */
    public static void read(MemorySegment memory, long offset, Offload into) {
        into.flags = memory.get(ValueLayout.JAVA_BYTE, offset);
        into.gsoType = memory.get(ValueLayout.JAVA_BYTE, offset + 1);
        into.headerLength = u16(memory, offset + 2);
        into.gsoSize = u16(memory, offset + 4);
        into.checksumStart = u16(memory, offset + 6);
        into.checksumOffset = u16(memory, offset + 8);
    }

    /** Writes a header, with num_buffers as 0. */
    public static void write(MemorySegment memory, long offset, Offload from) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) from.flags);
        memory.set(ValueLayout.JAVA_BYTE, offset + 1, (byte) from.gsoType);
        memory.set(U16, offset + 2, (short) from.headerLength);
        memory.set(U16, offset + 4, (short) from.gsoSize);
        memory.set(U16, offset + 6, (short) from.checksumStart);
        memory.set(U16, offset + 8, (short) from.checksumOffset);
        memory.set(U16, offset + 10, (short) 0);
    }

    private static int u16(MemorySegment memory, long offset) {
        return Short.toUnsignedInt(memory.get(U16, offset));
    }
}
