package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * The part that all ICMP (RFC 792) and ICMPv6 (RFC 4443) messages have; {@code icmp} is the offset of its first byte.
 *
 * <pre>
 *  0  u8 type    1  u8 code    2  u16 checksum    4  four bytes whose meaning is the type's
 * </pre>
 */
public final class Icmp {
    public static final int HEADER_BYTES = 8;

    // RFC 792
    public static final int ECHO_REPLY = 0;
    public static final int UNREACHABLE = 3;
    public static final int ECHO = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int CODE_PROTOCOL_UNREACHABLE = 2;
    public static final int CODE_PORT_UNREACHABLE = 3;
    public static final int CODE_FRAGMENTATION_NEEDED = 4;

    // RFC 4443
    public static final int V6_UNREACHABLE = 1;
    public static final int V6_PACKET_TOO_BIG = 2;
    public static final int V6_TIME_EXCEEDED = 3;
    public static final int V6_PARAMETER_PROBLEM = 4;
    public static final int V6_ECHO = 128;
    public static final int V6_ECHO_REPLY = 129;
    public static final int V6_CODE_PORT_UNREACHABLE = 4;

    // RFC 4861
    public static final int ROUTER_SOLICITATION = 133;
    public static final int ROUTER_ADVERTISEMENT = 134;
    public static final int NEIGHBOUR_SOLICITATION = 135;
    public static final int NEIGHBOUR_ADVERTISEMENT = 136;

    private Icmp() {}

    public static int type(MemorySegment memory, long icmp) {
        return Wire.u8(memory, icmp);
    }

    public static int code(MemorySegment memory, long icmp) {
        return Wire.u8(memory, icmp + 1);
    }

    /** The four bytes behind the checksum. */
    public static int rest(MemorySegment memory, long icmp) {
        return Wire.i32(memory, icmp + 4);
    }

    /** Writes the header with a checksum of zero. */
    public static void write(MemorySegment memory, long icmp, int type, int code, int rest) {
        Wire.putI32(memory, icmp, type << 24 | code << 16);
        Wire.putI32(memory, icmp + 4, rest);
    }

    public static void putChecksum(MemorySegment memory, long icmp, int checksum) {
        Wire.putU16(memory, icmp + 2, checksum);
    }
}
