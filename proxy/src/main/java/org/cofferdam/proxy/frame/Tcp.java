package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;

/**
 * A TCP header (RFC 9293, section 3.1); {@code tcp} is the offset of its first byte.
 *
 * <pre>
 *  0  u16 source port    2  u16 destination port    4  u32 sequence    8  u32 acknowledgement
 * 12  header words 4 bits, reserved 4 bits    13  u8 flags    14  u16 window
 * 16  u16 checksum    18  u16 urgent pointer    20  options
 * </pre>
 */
public final class Tcp {
    /** Protocol number. */
    public static final int PROTOCOL = 6;

    /** Bytes of a header without options. */
    public static final int HEADER_BYTES = 20;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    /** Offset of the checksum: the csum_offset of a virtio-net header. */
    public static final int CHECKSUM = 16;

    private Tcp() {}

    /** Both ports, source in the upper half. */
    public static int ports(MemorySegment memory, long tcp) {
        return Wire.i32(memory, tcp);
    }

    public static int sequence(MemorySegment memory, long tcp) {
        return Wire.i32(memory, tcp + 4);
    }

    public static int acknowledgement(MemorySegment memory, long tcp) {
        return Wire.i32(memory, tcp + 8);
    }

    /** Header bytes as the header claims them: 0 to 60. */
    public static int headerBytes(MemorySegment memory, long tcp) {
        return (Wire.u8(memory, tcp + 12) >>> 4) * 4;
    }

    public static int flags(MemorySegment memory, long tcp) {
        return Wire.u8(memory, tcp + 13);
    }

    /** Header words, reserved bits, flags and window: what GRO compares as one word. */
    public static int fourthWord(MemorySegment memory, long tcp) {
        return Wire.i32(memory, tcp + 12);
    }

    static void putSequence(MemorySegment memory, long tcp, int sequence) {
        Wire.putI32(memory, tcp + 4, sequence);
    }

    /** Stores the flags' byte. */
    public static void putFlags(MemorySegment memory, long tcp, int flags) {
        Wire.putU8(memory, tcp + 13, flags);
    }

    /** Stores the checksum field. */
    public static void putChecksum(MemorySegment memory, long tcp, int checksum) {
        Wire.putU16(memory, tcp + CHECKSUM, checksum);
    }
}
