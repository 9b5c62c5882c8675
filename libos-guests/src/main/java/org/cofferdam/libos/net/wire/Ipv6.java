package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * An IPv6 header (RFC 8200, section 3); {@code ip} is the offset of its first byte.
 *
 * <pre>
 *  0  version 4 bits, traffic class 8, flow label 20
 *  4  u16 payload length      6  u8 next header     7  u8 hop limit
 *  8  source, 16 bytes       24  destination, 16 bytes
 * </pre>
 */
public final class Ipv6 {
    public static final int HEADER_BYTES = 40;

    /** Bytes of a fragment header (section 4.5). */
    public static final int FRAGMENT_HEADER_BYTES = 8;

    /** Every link carries packets of this size (section 5). */
    public static final int MINIMUM_MTU = 1280;

    private Ipv6() {}

    public static int version(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip) >>> 4;
    }

    public static int payloadLength(MemorySegment memory, long ip) {
        return Wire.u16(memory, ip + 4);
    }

    public static int nextHeader(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip + 6);
    }

    public static int hopLimit(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip + 7);
    }

    public static long sourceHigh(MemorySegment memory, long ip) {
        return Wire.i64(memory, ip + 8);
    }

    public static long sourceLow(MemorySegment memory, long ip) {
        return Wire.i64(memory, ip + 16);
    }

    public static long destinationHigh(MemorySegment memory, long ip) {
        return Wire.i64(memory, ip + 24);
    }

    public static long destinationLow(MemorySegment memory, long ip) {
        return Wire.i64(memory, ip + 32);
    }

    /** Writes all of it, with traffic class and flow label 0. */
    public static void write(
            MemorySegment memory,
            long ip,
            int payloadLength,
            int nextHeader,
            int hopLimit,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        write(
                memory,
                ip,
                0,
                payloadLength,
                nextHeader,
                hopLimit,
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow);
    }

    /** The same with a traffic class. */
    public static void write(
            MemorySegment memory,
            long ip,
            int trafficClass,
            int payloadLength,
            int nextHeader,
            int hopLimit,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        Wire.putI32(memory, ip, 0x6000_0000 | trafficClass << 20);
        Wire.putI32(memory, ip + 4, payloadLength << 16 | nextHeader << 8 | hopLimit);
        Wire.putI64(memory, ip + 8, sourceHigh);
        Wire.putI64(memory, ip + 16, sourceLow);
        Wire.putI64(memory, ip + 24, destinationHigh);
        Wire.putI64(memory, ip + 32, destinationLow);
    }
}
