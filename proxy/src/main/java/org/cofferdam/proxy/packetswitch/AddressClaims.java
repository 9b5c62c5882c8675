package org.cofferdam.proxy.packetswitch;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.Ipv4;
import org.cofferdam.proxy.frame.Ipv6;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.Wire;

/**
 * The IP addresses that a station may say are its own: as the source of a packet, as the sender of ARP (RFC 826), and
 * in neighbour discovery (RFC 4861). Works on the private copy; allocation-free, any thread.
 *
 * <p>With addresses of one family only, the other family is not allowed at all. What claims nothing passes: ARP probes
 * (RFC 5227, sender 0.0.0.0), questions to DHCP servers (RFC 2131, source 0.0.0.0) of the station's own card, and
 * duplicate address detection (RFC 4862, source ::) for an own address. Beside its IPv6 addresses a station may use the
 * link-local one that follows from its MAC address (RFC 4291, appendix A).
 */
public final class AddressClaims {
    /** No addresses were given: nothing is looked at. */
    public static final AddressClaims ANY = new AddressClaims(0, List.of(), true);

    // RFC 826, "Packet format", for Ethernet and IPv4
    private static final int ARP_BYTES = 28;
    private static final int ARP_ETHERNET_IPV4 = 0x0001_0800;
    private static final int ARP_LENGTHS = 0x0604;
    private static final int ARP_SENDER_MAC = 8;
    private static final int ARP_SENDER_IP = 14;

    // Behind headers without options (RFC 768; RFC 2131, figure 1): a question, over Ethernet.
    private static final int UDP = 17;
    private static final int DHCP = Ipv4.HEADER_BYTES + 8;
    private static final int DHCP_PORTS = 68 << 16 | 67;
    private static final int DHCP_QUESTION = 0x01_01_06;
    private static final int DHCP_CARD = 28;

    private static final int ICMPV6 = 58;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int ICMPV6_TARGET = 8;
    private static final int FRAGMENT = 44;
    private static final int MOST_EXTENSIONS = 8;

    private final boolean any;
    private final long mac;
    private final int[] ipv4;
    private final long[] ipv6High;
    private final long[] ipv6Low;

    private AddressClaims(long mac, Collection<InetAddress> addresses, boolean any) {
        this.any = any;
        this.mac = mac;
        this.ipv4 =
                addresses.stream()
                        .filter(a -> a instanceof Inet4Address)
                        .mapToInt(a -> ByteBuffer.wrap(a.getAddress()).getInt())
                        .toArray();
        List<ByteBuffer> six =
                addresses.stream()
                        .filter(a -> !(a instanceof Inet4Address))
                        .map(a -> ByteBuffer.wrap(a.getAddress()))
                        .toList();
        int own = six.isEmpty() ? 0 : 1;
        this.ipv6High = new long[six.size() + own];
        this.ipv6Low = new long[six.size() + own];
        for (int i = 0; i < six.size(); i++) {
            ipv6High[i] = six.get(i).getLong(0);
            ipv6Low[i] = six.get(i).getLong(8);
        }
        if (own == 1) {
            ipv6High[six.size()] = 0xfe80L << 48;
            ipv6Low[six.size()] =
                    ((mac >>> 24) << 40 | 0xff_fe00_0000L | (mac & 0xff_ffff)) ^ 2L << 56;
        }
    }

    /**
     * Only these; none at all means that nothing is looked at.
     *
     * @param station the only hardware address that its ARP may name
     */
    public static AddressClaims only(Mac station, Collection<InetAddress> addresses) {
        return addresses.isEmpty() ? ANY : new AddressClaims(station.value(), addresses, false);
    }

    /** Whether a frame says nothing of itself that is not so. */
    public boolean allow(MemorySegment memory, long frame, int length) {
        if (any) {
            return true;
        }
        long packet = frame + Ethernet.HEADER_BYTES;
        int bytes = length - Ethernet.HEADER_BYTES;
        return switch (Ethernet.type(memory, frame)) {
            case Ethernet.TYPE_ARP -> arp(memory, packet, bytes);
            case Ethernet.TYPE_IPV4 ->
                    bytes >= Ipv4.HEADER_BYTES
                            && (has4(Ipv4.source(memory, packet))
                                    || isDhcpQuestion(memory, packet, bytes));
            case Ethernet.TYPE_IPV6 -> ipv6(memory, packet, bytes);
            // What the policy's types let through besides is not IP and claims no address of it.
            default -> true;
        };
    }

    /** RFC 2131, sections 2 and 4.1: whole, from nobody to everybody, from port 68 to 67, about the station's own card. */
    private boolean isDhcpQuestion(MemorySegment memory, long packet, int bytes) {
        long dhcp = packet + DHCP;
        return ipv4.length > 0
                && bytes >= DHCP + DHCP_CARD + 6
                && Ipv4.headerBytes(memory, packet) == Ipv4.HEADER_BYTES
                && Ipv4.source(memory, packet) == 0
                && Ipv4.destination(memory, packet) == -1
                && Ipv4.protocol(memory, packet) == UDP
                && (Ipv4.fragment(memory, packet) & ~Ipv4.DONT_FRAGMENT) == 0
                && Wire.i32(memory, packet + Ipv4.HEADER_BYTES) == DHCP_PORTS
                && Wire.i32(memory, dhcp) >>> 8 == DHCP_QUESTION
                && hardwareAddress(memory, dhcp + DHCP_CARD) == mac;
    }

    private static long hardwareAddress(MemorySegment memory, long at) {
        return Integer.toUnsignedLong(Wire.i32(memory, at)) << 16 | Wire.u16(memory, at + 4);
    }

    /** Whether a frame that is not allowed was to make others believe whose an address is. */
    static boolean isNeighbourClaim(MemorySegment memory, long frame, int length) {
        long packet = frame + Ethernet.HEADER_BYTES;
        return switch (Ethernet.type(memory, frame)) {
            case Ethernet.TYPE_ARP -> true;
            case Ethernet.TYPE_IPV6 ->
                    length >= Ethernet.HEADER_BYTES + Ipv6.HEADER_BYTES + ICMPV6_TARGET
                            && Ipv6.nextHeader(memory, packet) == ICMPV6
                            && Wire.u8(memory, packet + Ipv6.HEADER_BYTES)
                                    == NEIGHBOUR_ADVERTISEMENT;
            default -> false;
        };
    }

    private boolean arp(MemorySegment memory, long packet, int bytes) {
        if (bytes < ARP_BYTES
                || Wire.i32(memory, packet) != ARP_ETHERNET_IPV4
                || Wire.u16(memory, packet + 4) != ARP_LENGTHS) {
            return false;
        }
        long sender = hardwareAddress(memory, packet + ARP_SENDER_MAC);
        int ip = Wire.i32(memory, packet + ARP_SENDER_IP);
        return sender == mac && (ip == 0 || has4(ip));
    }

    private boolean ipv6(MemorySegment memory, long packet, int bytes) {
        if (bytes < Ipv6.HEADER_BYTES) {
            return false;
        }
        boolean unspecified = is6(memory, packet + 8, 0, 0);
        if (!unspecified && !has6(memory, packet + 8)) {
            return false;
        }
        int at = Ipv6.HEADER_BYTES;
        int next = Ipv6.nextHeader(memory, packet);
        // RFC 8200, section 4: what may stand before the message. A chain that is longer hides
        // something.
        for (int i = 0; i < MOST_EXTENSIONS && isExtension(next) && at + 8 <= bytes; i++) {
            next = Wire.u8(memory, packet + at);
            at += 8 + 8 * Wire.u8(memory, packet + at + 1);
        }
        if (isExtension(next) || next == FRAGMENT) {
            // RFC 6980: neighbour discovery is not fragmented; what else is, claims no more than
            // its source.
            return next == FRAGMENT
                    && !unspecified
                    && at < bytes
                    && Wire.u8(memory, packet + at) != ICMPV6;
        }
        if (next != ICMPV6 || at >= bytes) {
            // RFC 4291, 2.5.2: only a node that has no address yet sends from ::, and only to learn
            // of one.
            return !unspecified;
        }
        int type = Wire.u8(memory, packet + at);
        if (type == NEIGHBOUR_ADVERTISEMENT || (unspecified && type == NEIGHBOUR_SOLICITATION)) {
            return at + ICMPV6_TARGET + 16 <= bytes && has6(memory, packet + at + ICMPV6_TARGET);
        }
        return !unspecified;
    }

    private static boolean isExtension(int header) {
        return header == 0 || header == 43 || header == 60;
    }

    private boolean has4(int address) {
        for (int own : ipv4) {
            if (own == address) {
                return true;
            }
        }
        return false;
    }

    private boolean has6(MemorySegment memory, long at) {
        for (int i = 0; i < ipv6High.length; i++) {
            if (is6(memory, at, ipv6High[i], ipv6Low[i])) {
                return true;
            }
        }
        return false;
    }

    private static boolean is6(MemorySegment memory, long at, long high, long low) {
        return word(memory, at) == high && word(memory, at + 8) == low;
    }

    private static long word(MemorySegment memory, long at) {
        return (long) Wire.i32(memory, at) << 32 | Integer.toUnsignedLong(Wire.i32(memory, at + 4));
    }
}
