package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;

/**
 * An IPv6 header (RFC 8200, section 3); {@code ip} is the offset of its first byte.
 *
 * <pre>
 *  0  version 4 bits, traffic class 8, flow label 20    4  u16 payload length
 *  6  u8 next header    7  u8 hop limit    8  source, 16 bytes    24  destination, 16 bytes
 * </pre>
 */
public final class Ipv6 {
    /** Bytes of the fixed header. */
    public static final int HEADER_BYTES = 40;

    private Ipv6() {}

    public static int version(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip) >>> 4;
    }

    /** Version, traffic class and flow label. */
    public static int firstWord(MemorySegment memory, long ip) {
        return Wire.i32(memory, ip);
    }

    /** Bytes after the fixed header. */
    public static int payloadLength(MemorySegment memory, long ip) {
        return Wire.u16(memory, ip + 4);
    }

    public static int nextHeader(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip + 6);
    }

    public static int hopLimit(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip + 7);
    }

    /** Stores the bytes after the fixed header. */
    public static void putPayloadLength(MemorySegment memory, long ip, int length) {
        Wire.putU16(memory, ip + 4, length);
    }
}
