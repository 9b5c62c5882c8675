package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;

/**
 * A UDP header (RFC 768); {@code udp} is the offset of its first byte.
 *
 * <pre>
 *  0  u16 source port    2  u16 destination port    4  u16 length with header    6  u16 checksum, 0 for none
 * </pre>
 */
public final class Udp {
    /** Protocol number. */
    public static final int PROTOCOL = 17;

    /** Bytes of the header. */
    public static final int HEADER_BYTES = 8;

    /** Offset of the checksum: the csum_offset of a virtio-net header. */
    public static final int CHECKSUM = 6;

    private Udp() {}

    public static int length(MemorySegment memory, long udp) {
        return Wire.u16(memory, udp + 4);
    }

    public static int checksum(MemorySegment memory, long udp) {
        return Wire.u16(memory, udp + CHECKSUM);
    }

    public static void putLength(MemorySegment memory, long udp, int length) {
        Wire.putU16(memory, udp + 4, length);
    }

    public static void putChecksum(MemorySegment memory, long udp, int checksum) {
        Wire.putU16(memory, udp + CHECKSUM, checksum);
    }
}
