package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * A TCP header (RFC 9293, section 3.1); {@code tcp} is the offset of its first byte.
 *
 * <pre>
 *  0  u16 source port     2  u16 destination port
 *  4  u32 sequence        8  u32 acknowledgment
 * 12  header words 4 bits, reserved 4, flags 8     14  u16 window
 * 16  u16 checksum       18  u16 urgent pointer    20  options
 * </pre>
 */
public final class Tcp {
    /** Bytes of a header without options. */
    public static final int HEADER_BYTES = 20;

    /** Bytes of the longest header. */
    public static final int MAX_HEADER_BYTES = 60;

    /** Offset of the checksum. */
    public static final int CHECKSUM = 16;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;

    private Tcp() {}

    public static int sourcePort(MemorySegment memory, long tcp) {
        return Wire.u16(memory, tcp);
    }

    public static int destinationPort(MemorySegment memory, long tcp) {
        return Wire.u16(memory, tcp + 2);
    }

    public static int sequence(MemorySegment memory, long tcp) {
        return Wire.i32(memory, tcp + 4);
    }

    public static int acknowledgment(MemorySegment memory, long tcp) {
        return Wire.i32(memory, tcp + 8);
    }

    /** Header bytes as the header claims them: 0 to 60. */
    public static int headerBytes(MemorySegment memory, long tcp) {
        return (Wire.u8(memory, tcp + 12) >>> 4) * 4;
    }

    public static int flags(MemorySegment memory, long tcp) {
        return Wire.u8(memory, tcp + 13);
    }

    /** The window field as it is, without its scale. */
    public static int window(MemorySegment memory, long tcp) {
        return Wire.u16(memory, tcp + 14);
    }

    /** Writes the fixed part, with checksum and urgent pointer zero. */
    public static void write(
            MemorySegment memory,
            long tcp,
            int sourcePort,
            int destinationPort,
            int sequence,
            int acknowledgment,
            int headerBytes,
            int flags,
            int window) {
        Wire.putI32(memory, tcp, sourcePort << 16 | destinationPort);
        Wire.putI32(memory, tcp + 4, sequence);
        Wire.putI32(memory, tcp + 8, acknowledgment);
        Wire.putI32(memory, tcp + 12, (headerBytes / 4) << 28 | flags << 16 | window);
        Wire.putI32(memory, tcp + 16, 0);
    }

    public static void putChecksum(MemorySegment memory, long tcp, int checksum) {
        Wire.putU16(memory, tcp + CHECKSUM, checksum);
    }
}
