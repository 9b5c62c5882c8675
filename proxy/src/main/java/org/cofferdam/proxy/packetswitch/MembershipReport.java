package org.cofferdam.proxy.packetswitch;

import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.Ipv4;
import org.cofferdam.proxy.frame.Ipv6;
import org.cofferdam.proxy.frame.Wire;

/**
 * What a station says of the multicast groups it listens to, read as it passes ("snooping", RFC 4541): IGMP of all three
 * versions (RFC 1112, 2236, 3376) and MLD of both (RFC 2710, 3810). Works on the private copy; allocation-free. A report
 * that is cut off, or lies about its lengths, is read as far as it goes; its checksum does not matter, since what it
 * says concerns its sender alone. Sources are not looked at: who wants a group of some senders gets it of all.
 */
final class MembershipReport {
    private static final int IGMP = 2;
    private static final int IGMP_BYTES = 8;
    private static final int V1_REPORT = 0x12;
    private static final int V2_REPORT = 0x16;
    private static final int V2_LEAVE = 0x17;
    private static final int V3_REPORT = 0x22;

    private static final int HOP_BY_HOP = 0;
    private static final int ICMPV6 = 58;
    private static final int MLD1_REPORT = 131;
    private static final int MLD1_DONE = 132;
    private static final int MLD2_REPORT = 143;
    private static final int MLD_RECORDS = 8;

    // RFC 3376, 4.2.12, and RFC 3810, 5.2.12: the types of a group record.
    private static final int IS_INCLUDE = 1;
    private static final int TO_INCLUDE = 3;
    private static final int BLOCK = 6;

    private MembershipReport() {}

    /**
     * Applies a report to its sender's table, if the frame is one.
     *
     * @return how many groups found no place
     */
    static int apply(MemorySegment memory, long frame, int length, GroupTable groups) {
        long packet = frame + Ethernet.HEADER_BYTES;
        int bytes = length - Ethernet.HEADER_BYTES;
        return switch (Ethernet.type(memory, frame)) {
            case Ethernet.TYPE_IPV4 -> ipv4(memory, packet, bytes, groups);
            case Ethernet.TYPE_IPV6 -> ipv6(memory, packet, bytes, groups);
            default -> 0;
        };
    }

    private static int ipv4(MemorySegment memory, long packet, int bytes, GroupTable groups) {
        if (bytes < Ipv4.HEADER_BYTES || Ipv4.protocol(memory, packet) != IGMP) {
            return 0;
        }
        int header = Ipv4.headerBytes(memory, packet);
        long at = packet + header;
        int left = bytes - header;
        if (header < Ipv4.HEADER_BYTES || left < IGMP_BYTES) {
            return 0;
        }
        int type = Wire.u8(memory, at);
        return switch (type) {
            case V1_REPORT, V2_REPORT, V2_LEAVE ->
                    join4(groups, Wire.i32(memory, at + 4), type != V2_LEAVE);
            case V3_REPORT -> records(memory, at, left, 4, groups);
            default -> 0;
        };
    }

    private static int ipv6(MemorySegment memory, long packet, int bytes, GroupTable groups) {
        // RFC 2710, section 3: a router alert in a hop-by-hop header goes before each of them.
        if (bytes < Ipv6.HEADER_BYTES + 8 || Ipv6.nextHeader(memory, packet) != HOP_BY_HOP) {
            return 0;
        }
        int header = Ipv6.HEADER_BYTES + 8 + 8 * Wire.u8(memory, packet + Ipv6.HEADER_BYTES + 1);
        long at = packet + header;
        int left = bytes - header;
        if (Wire.u8(memory, packet + Ipv6.HEADER_BYTES) != ICMPV6 || left < MLD_RECORDS) {
            return 0;
        }
        int type = Wire.u8(memory, at);
        return switch (type) {
            case MLD1_REPORT, MLD1_DONE ->
                    left < MLD_RECORDS + 16
                            ? 0
                            : join6(groups, memory, at + MLD_RECORDS, type == MLD1_REPORT);
            case MLD2_REPORT -> records(memory, at, left, 16, groups);
            default -> 0;
        };
    }

    /** Group records, which both protocols have alike but for the addresses' length: type, words, sources, address. */
    private static int records(
            MemorySegment memory, long report, int bytes, int addressBytes, GroupTable groups) {
        int refused = 0;
        int count = Wire.u16(memory, report + 6);
        int at = 8;
        // Each record has at least as many bytes as its address, so a count that lies ends early.
        for (int i = 0; i < count && at + 4 + addressBytes <= bytes; i++) {
            int type = Wire.u8(memory, report + at);
            int words = Wire.u8(memory, report + at + 1);
            int sources = Wire.u16(memory, report + at + 2);
            // To include nobody is to leave; to block some is neither.
            boolean include = type == IS_INCLUDE || type == TO_INCLUDE;
            if (type >= IS_INCLUDE && type < BLOCK) {
                boolean join = !include || sources > 0;
                refused +=
                        addressBytes == 4
                                ? join4(groups, Wire.i32(memory, report + at + 4), join)
                                : join6(groups, memory, report + at + 4, join);
            }
            // At most 4 + 16 + 4 * 255 + 16 * 65535: no overflow in a frame's worth of records.
            at += 4 + addressBytes + 4 * words + addressBytes * sources;
        }
        return refused;
    }

    private static int join4(GroupTable groups, int group, boolean join) {
        boolean multicast = group >>> 28 == 0xe;
        return !multicast || groups.change4(group, join) ? 0 : 1;
    }

    private static int join6(GroupTable groups, MemorySegment memory, long at, boolean join) {
        long high =
                (long) Wire.i32(memory, at) << 32
                        | Integer.toUnsignedLong(Wire.i32(memory, at + 4));
        long low =
                (long) Wire.i32(memory, at + 8) << 32
                        | Integer.toUnsignedLong(Wire.i32(memory, at + 12));
        boolean multicast = high >>> 56 == 0xff;
        return !multicast || groups.change6(high, low, join) ? 0 : 1;
    }
}
