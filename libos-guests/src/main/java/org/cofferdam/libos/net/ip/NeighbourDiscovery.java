package org.cofferdam.libos.net.ip;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.link.Offload;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.MacAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Neighbour discovery (RFC 4861): answers who asks for one of our addresses, asks for the neighbour cache, and hands
 * router advertisements to {@link Autoconfiguration}. As with ARP, nothing is learnt from questions.
 *
 * <pre>
 * behind the ICMP header (8 bytes; a neighbour advertisement has R, S, O as the highest bits of its last four)
 *   8  target, 16 bytes     24  options: u8 type, u8 length in units of 8, data
 * </pre>
 *
 * The stack's thread, allocation-free.
 */
final class NeighbourDiscovery {
    static final int OPTION_SOURCE_MAC = 1;
    static final int OPTION_TARGET_MAC = 2;

    private static final int TARGET = 8;
    private static final int OPTIONS = 24;
    private static final int MAC_OPTION_BYTES = 8;
    private static final int SOLICITED = 0x4000_0000;
    private static final int OVERRIDE = 0x2000_0000;
    private static final long ALL_NODES_HIGH = 0xff02_0000_0000_0000L;
    private static final long ALL_NODES_LOW = 1;
    private static final long ALL_ROUTERS_LOW = 2;

    private final Link link;
    private final Addresses addresses;
    private final Counters counters;
    private final DuplicateDetection duplicates;
    private final Autoconfiguration configuration;
    private final Offload plain = new Offload();
    private final TokenBucket answers = new TokenBucket(1000, 100);
    private @Nullable NeighbourCache neighbours;

    NeighbourDiscovery(Link link, Addresses addresses, TimerWheel wheel, Counters counters) {
        this.link = link;
        this.addresses = addresses;
        this.counters = counters;
        this.duplicates = new DuplicateDetection(wheel, this::probe);
        this.configuration = new Autoconfiguration(link.mac(), addresses, wheel, this, duplicates);
    }

    void connect(NeighbourCache cache) {
        neighbours = cache;
    }

    Autoconfiguration configuration() {
        return configuration;
    }

    DuplicateDetection duplicates() {
        return duplicates;
    }

    boolean isTentativeGroup(long high, long low) {
        return high == ALL_NODES_HIGH && duplicates.isGroupLow(low);
    }

    void receive(Packet p, long now) {
        // RFC 4861, sections 6.1 and 7.1: from this link alone, so with hop limit 255; RFC 6980:
        // never in fragments.
        if (p.reassembled
                || Ipv6.hopLimit(p.memory, p.header) != 255
                || Icmp.code(p.memory, p.offset) != 0) {
            counters.add(Counter.DROP_NEIGHBOUR_DISCOVERY);
            return;
        }
        boolean good =
                switch (Icmp.type(p.memory, p.offset)) {
                    case Icmp.NEIGHBOUR_SOLICITATION -> solicited(p, now);
                    case Icmp.NEIGHBOUR_ADVERTISEMENT -> advertised(p, now);
                    default -> configuration.advertised(p, now);
                };
        if (!good) {
            counters.add(Counter.DROP_NEIGHBOUR_DISCOVERY);
        }
    }

    /** Whether there is a whole target that is no group, and all options are whole (RFC 4861, section 7.1). */
    private static boolean isWellFormed(Packet p) {
        return p.length >= OPTIONS
                && Wire.u8(p.memory, p.offset + TARGET) != 0xff
                && optionsAreWhole(p, OPTIONS);
    }

    /** Whether the options from an offset of the message on fill it exactly, none of them of length zero. */
    static boolean optionsAreWhole(Packet p, int from) {
        int at = from;
        while (at < p.length) {
            int bytes = at + 2 <= p.length ? Wire.u8(p.memory, p.offset + at + 1) * 8 : 0;
            if (bytes == 0 || at + bytes > p.length) {
                return false;
            }
            at += bytes;
        }
        return true;
    }

    /** The Ethernet address in an option, or 0; the options are known to be whole. */
    private static long mac(Packet p, int option) {
        for (int at = OPTIONS; at < p.length; at += Wire.u8(p.memory, p.offset + at + 1) * 8) {
            if (Wire.u8(p.memory, p.offset + at) == option) {
                return Wire.u48(p.memory, p.offset + at + 2);
            }
        }
        return 0;
    }

    private boolean solicited(Packet p, long now) {
        if (!isWellFormed(p)) {
            return false;
        }
        long high = Wire.i64(p.memory, p.offset + TARGET);
        long low = Wire.i64(p.memory, p.offset + TARGET + 8);
        boolean probe = (p.sourceHigh | p.sourceLow) == 0;
        if (probe && duplicates.isTentative(high, low)) {
            // RFC 4862, section 5.4.3: somebody else tries the same address.
            duplicates.conflict(high, low, now);
            return true;
        }
        if (!addresses.isOurs(high, low) || IpAddress.isLoopback(high, low)) {
            return true;
        }
        if (!answers.take(now)) {
            counters.add(Counter.ICMP_LIMITED);
            return true;
        }
        // The answer goes where the question came from: asking for the asker's address in turn
        // could make two stations wait for each other.
        long asker = mac(p, OPTION_SOURCE_MAC);
        long to = probe || asker == 0 || MacAddress.isGroup(asker) ? -1 : asker;
        if (to < 0) {
            send(
                    MacAddress.BROADCAST,
                    high,
                    low,
                    ALL_NODES_HIGH,
                    ALL_NODES_LOW,
                    Icmp.NEIGHBOUR_ADVERTISEMENT,
                    OVERRIDE,
                    high,
                    low,
                    OPTION_TARGET_MAC);
        } else {
            send(
                    to,
                    high,
                    low,
                    p.sourceHigh,
                    p.sourceLow,
                    Icmp.NEIGHBOUR_ADVERTISEMENT,
                    SOLICITED | OVERRIDE,
                    high,
                    low,
                    OPTION_TARGET_MAC);
        }
        return true;
    }

    private boolean advertised(Packet p, long now) {
        int flags = Icmp.rest(p.memory, p.offset);
        // RFC 4861, section 7.1.2: an answer that was asked for does not go to a group.
        if (!isWellFormed(p) || (p.toGroup && (flags & SOLICITED) != 0)) {
            return false;
        }
        long high = Wire.i64(p.memory, p.offset + TARGET);
        long low = Wire.i64(p.memory, p.offset + TARGET + 8);
        if (duplicates.isTentative(high, low)) {
            duplicates.conflict(high, low, now);
            return true;
        }
        long mac = mac(p, OPTION_TARGET_MAC);
        NeighbourCache cache = neighbours;
        if (mac == 0 || cache == null) {
            return mac != 0;
        }
        if ((flags & SOLICITED) != 0) {
            cache.answer(high, low, mac, now);
        } else {
            cache.claim(high, low, mac, now);
        }
        return true;
    }

    /** Asks for the Ethernet address of an IPv6 address (section 7.2.2). */
    void ask(long high, long low) {
        IpAddress source = addresses.sourceFor(new IpAddress(high, low));
        if (source.isAny()) {
            return;
        }
        solicit(source.high(), source.low(), high, low, OPTION_SOURCE_MAC);
    }

    /** Asks whether somebody has the address that we want (RFC 4862, section 5.4.2). */
    private void probe(long high, long low) {
        solicit(0, 0, high, low, 0);
    }

    private void solicit(long fromHigh, long fromLow, long high, long low, int option) {
        long group = Addresses.solicitedNodeLow(low);
        send(
                0x3333_0000_0000L | (group & 0xffff_ffffL),
                fromHigh,
                fromLow,
                ALL_NODES_HIGH,
                group,
                Icmp.NEIGHBOUR_SOLICITATION,
                0,
                high,
                low,
                option);
    }

    /** Asks for router advertisements (section 6.3.7); the message has no target. */
    void solicitRouters(IpAddress source) {
        int bytes = Icmp.HEADER_BYTES + MAC_OPTION_BYTES;
        long icmp = begin(0x3333_0000_0002L, source, ALL_NODES_HIGH, ALL_ROUTERS_LOW, bytes);
        if (icmp >= 0) {
            Icmp.write(link.memory(), icmp, Icmp.ROUTER_SOLICITATION, 0, 0);
            putMac(icmp + Icmp.HEADER_BYTES, OPTION_SOURCE_MAC);
            finish(icmp, source, ALL_NODES_HIGH, ALL_ROUTERS_LOW, bytes);
        }
    }

    private void send(
            long to,
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            int type,
            int flags,
            long targetHigh,
            long targetLow,
            int option) {
        IpAddress source = new IpAddress(fromHigh, fromLow);
        long mac = toHigh == ALL_NODES_HIGH ? 0x3333_0000_0000L | (toLow & 0xffff_ffffL) : to;
        int bytes = OPTIONS + (option == 0 ? 0 : MAC_OPTION_BYTES);
        long icmp = begin(mac, source, toHigh, toLow, bytes);
        if (icmp < 0) {
            return;
        }
        MemorySegment memory = link.memory();
        Icmp.write(memory, icmp, type, 0, flags);
        Wire.putI64(memory, icmp + TARGET, targetHigh);
        Wire.putI64(memory, icmp + TARGET + 8, targetLow);
        if (option != 0) {
            putMac(icmp + OPTIONS, option);
        }
        finish(icmp, source, toHigh, toLow, bytes);
    }

    private long begin(long mac, IpAddress source, long toHigh, long toLow, int bytes) {
        long frame = link.claim(Ethernet.HEADER_BYTES + Ipv6.HEADER_BYTES + bytes);
        if (frame == Link.NO_ROOM) {
            counters.add(Counter.DROP_NO_ROOM);
            return Link.NO_ROOM;
        }
        MemorySegment memory = link.memory();
        Ethernet.write(memory, frame, mac, link.mac().value(), Ethernet.TYPE_IPV6);
        long ip = frame + Ethernet.HEADER_BYTES;
        Ipv6.write(
                memory,
                ip,
                bytes,
                Protocol.ICMPV6,
                255,
                source.high(),
                source.low(),
                toHigh,
                toLow);
        return ip + Ipv6.HEADER_BYTES;
    }

    private void putMac(long at, int option) {
        Wire.putU16(link.memory(), at, option << 8 | 1);
        Wire.putU48(link.memory(), at + 2, link.mac().value());
    }

    private void finish(long icmp, IpAddress source, long toHigh, long toLow, int bytes) {
        long sum =
                InternetChecksum.pseudoHeader(
                        source.high(), source.low(), toHigh, toLow, Protocol.ICMPV6, bytes);
        sum = InternetChecksum.add(sum, link.memory(), icmp, bytes);
        Icmp.putChecksum(link.memory(), icmp, InternetChecksum.finish(sum));
        link.commit(Ethernet.HEADER_BYTES + Ipv6.HEADER_BYTES + bytes, plain);
        counters.add(Counter.PACKETS_OUT);
    }
}
