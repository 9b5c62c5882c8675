package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * An ARP packet for IPv4 over Ethernet (RFC 826); {@code arp} is the offset behind the Ethernet header.
 *
 * <pre>
 *  0  u16 hardware space 1    2  u16 protocol space 0x0800   4  u8 6   5  u8 4   6  u16 operation
 *  8  sender's Ethernet address    14  sender's IPv4    18  target's Ethernet address    24  target's IPv4
 * </pre>
 */
public final class Arp {
    public static final int BYTES = 28;
    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    private static final long SPACES_AND_LENGTHS = 0x0001_0800_0604L;

    private Arp() {}

    /** Whether it is one of IPv4 over Ethernet: both spaces and both lengths. */
    public static boolean isIpv4OverEthernet(MemorySegment memory, long arp) {
        return Wire.u48(memory, arp) == SPACES_AND_LENGTHS;
    }

    public static int operation(MemorySegment memory, long arp) {
        return Wire.u16(memory, arp + 6);
    }

    public static long senderMac(MemorySegment memory, long arp) {
        return Wire.u48(memory, arp + 8);
    }

    public static int senderIp(MemorySegment memory, long arp) {
        return Wire.i32(memory, arp + 14);
    }

    public static int targetIp(MemorySegment memory, long arp) {
        return Wire.i32(memory, arp + 24);
    }

    /** Writes all of it. */
    public static void write(
            MemorySegment memory,
            long arp,
            int operation,
            long senderMac,
            int senderIp,
            long targetMac,
            int targetIp) {
        Wire.putU48(memory, arp, SPACES_AND_LENGTHS);
        Wire.putU16(memory, arp + 6, operation);
        Wire.putU48(memory, arp + 8, senderMac);
        Wire.putI32(memory, arp + 14, senderIp);
        Wire.putU48(memory, arp + 18, targetMac);
        Wire.putI32(memory, arp + 24, targetIp);
    }
}
