package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * A UDP header (RFC 768); {@code udp} is the offset of its first byte.
 *
 * <pre>
 *  0  u16 source port    2  u16 destination port    4  u16 length with header    6  u16 checksum, 0 for none
 * </pre>
 */
public final class Udp {
    public static final int HEADER_BYTES = 8;

    /** Offset of the checksum. */
    public static final int CHECKSUM = 6;

    private Udp() {}

    public static int sourcePort(MemorySegment memory, long udp) {
        return Wire.u16(memory, udp);
    }

    public static int destinationPort(MemorySegment memory, long udp) {
        return Wire.u16(memory, udp + 2);
    }

    public static int length(MemorySegment memory, long udp) {
        return Wire.u16(memory, udp + 4);
    }

    public static int checksum(MemorySegment memory, long udp) {
        return Wire.u16(memory, udp + CHECKSUM);
    }

    /** Writes a header with a checksum of zero. */
    public static void write(
            MemorySegment memory, long udp, int sourcePort, int destinationPort, int length) {
        Wire.putI32(memory, udp, sourcePort << 16 | destinationPort);
        Wire.putI32(memory, udp + 4, length << 16);
    }

    public static void putChecksum(MemorySegment memory, long udp, int checksum) {
        Wire.putU16(memory, udp + CHECKSUM, checksum);
    }
}
