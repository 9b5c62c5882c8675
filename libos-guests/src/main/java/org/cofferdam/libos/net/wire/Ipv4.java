package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * An IPv4 header (RFC 791, section 3.1); {@code ip} is the offset of its first byte.
 *
 * <pre>
 *  0  version 4 bits, header words 4 bits    1  u8 type of service    2  u16 total length
 *  4  u16 identification                     6  u16 flags, fragment offset in units of 8 bytes
 *  8  u8 time to live    9  u8 protocol     10  u16 header checksum
 * 12  source, 4 bytes                       16  destination, 4 bytes
 * </pre>
 */
public final class Ipv4 {
    /** Bytes of a header without options. */
    public static final int HEADER_BYTES = 20;

    public static final int DONT_FRAGMENT = 0x4000;
    public static final int MORE_FRAGMENTS = 0x2000;
    public static final int OFFSET_MASK = 0x1fff;

    private Ipv4() {}

    public static int version(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip) >>> 4;
    }

    /** Header bytes as the header claims them: 0 to 60. */
    public static int headerBytes(MemorySegment memory, long ip) {
        return (Wire.u8(memory, ip) & 0xf) * 4;
    }

    public static int totalLength(MemorySegment memory, long ip) {
        return Wire.u16(memory, ip + 2);
    }

    public static int identification(MemorySegment memory, long ip) {
        return Wire.u16(memory, ip + 4);
    }

    /** Flags (the upper three bits) and the fragment's offset. */
    public static int fragment(MemorySegment memory, long ip) {
        return Wire.u16(memory, ip + 6);
    }

    public static int protocol(MemorySegment memory, long ip) {
        return Wire.u8(memory, ip + 9);
    }

    public static int source(MemorySegment memory, long ip) {
        return Wire.i32(memory, ip + 12);
    }

    public static int destination(MemorySegment memory, long ip) {
        return Wire.i32(memory, ip + 16);
    }

    /** Writes a header without options, with its checksum. */
    public static void write(
            MemorySegment memory,
            long ip,
            int totalLength,
            int identification,
            int fragment,
            int timeToLive,
            int protocol,
            int source,
            int destination) {
        write(
                memory,
                ip,
                0,
                totalLength,
                identification,
                fragment,
                timeToLive,
                protocol,
                source,
                destination);
    }

    /** The same with a type of service (RFC 2474: its upper six bits; RFC 3168: the lower two). */
    public static void write(
            MemorySegment memory,
            long ip,
            int typeOfService,
            int totalLength,
            int identification,
            int fragment,
            int timeToLive,
            int protocol,
            int source,
            int destination) {
        Wire.putI32(memory, ip, 0x4500_0000 | typeOfService << 16 | totalLength);
        Wire.putI32(memory, ip + 4, identification << 16 | fragment);
        Wire.putI32(memory, ip + 8, timeToLive << 24 | protocol << 16);
        Wire.putI32(memory, ip + 12, source);
        Wire.putI32(memory, ip + 16, destination);
        long sum = InternetChecksum.add(0, memory, ip, HEADER_BYTES);
        Wire.putU16(memory, ip + 10, InternetChecksum.finish(sum));
    }
}
