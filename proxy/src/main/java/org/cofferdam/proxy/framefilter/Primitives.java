package org.cofferdam.proxy.framefilter;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.framefilter.FrameTest.Compare;
import org.cofferdam.proxy.framefilter.FrameTest.Not;
import org.cofferdam.proxy.framefilter.FrameTest.Relation;
import org.cofferdam.proxy.framefilter.FrameValue.Arithmetic;
import org.cofferdam.proxy.framefilter.FrameValue.Constant;
import org.cofferdam.proxy.framefilter.FrameValue.HeaderLength;
import org.cofferdam.proxy.framefilter.FrameValue.Length;
import org.cofferdam.proxy.framefilter.FrameValue.Load;

/**
 * The tests that words of the language stand for, in the order in which libpcap looks at a frame's bytes. What follows
 * the word {@code vlan} is looked for four bytes further on: that is the one state here.
 */
final class Primitives {
    static final int IPV4 = Ethernet.TYPE_IPV4;
    static final int IPV6 = Ethernet.TYPE_IPV6;
    static final int ARP = Ethernet.TYPE_ARP;
    static final int RARP = 0x8035;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int SCTP = 132;
    static final int ICMP = 1;
    static final int ICMPV6 = 58;
    private static final int FRAGMENT = 44;
    private static final int IPV6_HEADER = 40;
    private static final int TAG_BYTES = 4;

    /** Which end of a packet. */
    enum End {
        SOURCE,
        DESTINATION,
        EITHER,
        BOTH;

        FrameTest of(FrameTest source, FrameTest destination) {
            return switch (this) {
                case SOURCE -> source;
                case DESTINATION -> destination;
                case EITHER -> source.or(destination);
                case BOTH -> source.and(destination);
            };
        }
    }

    private int tags;

    /** Where the packet begins. */
    int network() {
        return Ethernet.HEADER_BYTES + tags;
    }

    static Load load(int at, int size) {
        return new Load(at, new Constant(0), size);
    }

    static FrameTest equal(FrameValue value, long wanted) {
        return new Compare(value, Relation.EQUAL, new Constant(wanted));
    }

    /** A number under a mask; it has to be there even if the mask leaves nothing of it. */
    private static FrameTest masked(int at, int size, long wanted, long mask) {
        return equal(new Arithmetic(load(at, size), '&', new Constant(mask)), wanted);
    }

    FrameTest type(int etherType) {
        return equal(load(network() - 2, 2), etherType);
    }

    /** The protocol of an IPv4 packet. */
    FrameTest protocol4(int protocol) {
        return type(IPV4).and(equal(load(network() + 9, 1), protocol));
    }

    /** The protocol of an IPv6 packet, also behind a fragment header (RFC 8200, section 4.5). */
    FrameTest protocol6(int protocol) {
        FrameTest fragment =
                equal(load(network() + 6, 1), FRAGMENT)
                        .and(equal(load(network() + IPV6_HEADER, 1), protocol));
        return type(IPV6).and(equal(load(network() + 6, 1), protocol).or(fragment));
    }

    FrameTest protocol(int protocol) {
        return protocol6(protocol).or(protocol4(protocol));
    }

    /** The first fragment, or a packet that is none. */
    FrameTest beginsHere() {
        return equal(new Arithmetic(load(network() + 6, 2), '&', new Constant(0x1fff)), 0);
    }

    FrameTest port(End end, int protocol, int first, int last) {
        FrameTest six;
        FrameTest four;
        if (protocol == 0) {
            six = port6(end, SCTP, first, last);
            four = port4(end, SCTP, first, last);
            for (int each : new int[] {TCP, UDP}) {
                six = six.or(port6(end, each, first, last));
                four = four.or(port4(end, each, first, last));
            }
        } else {
            six = port6(end, protocol, first, last);
            four = port4(end, protocol, first, last);
        }
        return type(IPV6).and(six).or(type(IPV4).and(four));
    }

    private FrameTest port4(End end, int protocol, int first, int last) {
        return equal(load(network() + 9, 1), protocol)
                .and(beginsHere())
                .and(
                        end.of(
                                between(behindHeader(0, 2), first, last),
                                between(behindHeader(2, 2), first, last)));
    }

    private FrameTest port6(End end, int protocol, int first, int last) {
        int ports = network() + IPV6_HEADER;
        return equal(load(network() + 6, 1), protocol)
                .and(
                        end.of(
                                between(load(ports, 2), first, last),
                                between(load(ports + 2, 2), first, last)));
    }

    /** Bytes of what an IPv4 packet carries. */
    Load behindHeader(int at, int size) {
        return new Load(network() + at, new HeaderLength(network()), size);
    }

    private static FrameTest between(FrameValue value, int first, int last) {
        if (first == last) {
            return equal(value, first);
        }
        return new Compare(value, Relation.AT_LEAST, new Constant(first))
                .and(new Compare(value, Relation.AT_MOST, new Constant(last)));
    }

    /** Addresses below a prefix, in packets of the address's family and, of IPv4, in ARP. */
    FrameTest addresses(End end, int etherType, InetAddress address, int prefix) {
        if (!(address instanceof Inet4Address)) {
            return type(IPV6).and(end.of(six(8, address, prefix), six(24, address, prefix)));
        }
        long bits = Integer.toUnsignedLong(ByteBuffer.wrap(address.getAddress()).getInt());
        long mask = prefix == 0 ? 0 : FrameValue.MASK << (32 - prefix) & FrameValue.MASK;
        if (etherType != 0) {
            return four(end, etherType, bits, mask);
        }
        return four(end, IPV4, bits, mask)
                .or(four(end, ARP, bits, mask))
                .or(four(end, RARP, bits, mask));
    }

    private FrameTest four(End end, int etherType, long bits, long mask) {
        // RFC 791, section 3.1; RFC 826, "Packet format"
        int source = network() + (etherType == IPV4 ? 12 : 14);
        int destination = network() + (etherType == IPV4 ? 16 : 24);
        return end.of(
                type(etherType).and(masked(source, 4, bits & mask, mask)),
                type(etherType).and(masked(destination, 4, bits & mask, mask)));
    }

    private FrameTest six(int at, InetAddress address, int prefix) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        FrameTest all = word6(at, bytes, 0, prefix);
        for (int word = 1; word < 4; word++) {
            all = all.and(word6(at, bytes, word, prefix));
        }
        return all;
    }

    private FrameTest word6(int at, ByteBuffer address, int word, int prefix) {
        int bits = Math.clamp(prefix - 32L * word, 0, 32);
        long mask = bits == 0 ? 0 : FrameValue.MASK << (32 - bits) & FrameValue.MASK;
        long wanted = Integer.toUnsignedLong(address.getInt(4 * word)) & mask;
        return masked(network() + at + 4 * word, 4, wanted, mask);
    }

    FrameTest station(End end, long mac) {
        return end.of(station(6, mac), station(0, mac));
    }

    private static FrameTest station(int at, long mac) {
        return equal(load(at + 2, 4), mac & FrameValue.MASK).and(equal(load(at, 2), mac >>> 32));
    }

    FrameTest broadcast() {
        return station(0, Mac.BROADCAST);
    }

    FrameTest multicast() {
        return new Not(equal(new Arithmetic(load(0, 1), '&', new Constant(1)), 0));
    }

    /** RFC 1112, section 4: from 224.0.0.0 on. */
    FrameTest multicast4() {
        FrameValue first = load(network() + 16, 1);
        return type(IPV4).and(new Compare(first, Relation.AT_LEAST, new Constant(224)));
    }

    /** RFC 4291, section 2.7. */
    FrameTest multicast6() {
        return type(IPV6).and(equal(load(network() + 24, 1), 255));
    }

    FrameTest length(Relation relation, long bytes) {
        return new Compare(new Length(), relation, new Constant(bytes));
    }

    /** A tag (IEEE 802.1Q); what is built afterwards looks behind it. */
    FrameTest tag(int id) {
        FrameTest tagged = type(0x8100).or(type(0x88a8)).or(type(0x9100));
        FrameTest test = id < 0 ? tagged : tagged.and(masked(network(), 2, id, 0xfff));
        tags += TAG_BYTES;
        return test;
    }
}
