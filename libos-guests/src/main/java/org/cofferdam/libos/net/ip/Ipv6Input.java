package org.cofferdam.libos.net.ip;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Wire;

/** Checks IPv6 packets that came in, walks their extension headers, and gives them to their protocol. Allocation-free. */
final class Ipv6Input {
    /** RFC 8504, section 5.3 allows a limit; honest packets have one or two extension headers. */
    private static final int MOST_EXTENSIONS = 8;

    private static final int OPTION_PAD1 = 0;
    private static final int REFUSED = -1;
    private static final int TAKEN = -2;

    private final Addresses addresses;
    private final NeighbourDiscovery discovery;
    private final Reassembly reassembly;
    private final Protocols protocols;
    private final Counters counters;

    Ipv6Input(
            Addresses addresses,
            NeighbourDiscovery discovery,
            Reassembly reassembly,
            Protocols protocols,
            Counters counters) {
        this.addresses = addresses;
        this.discovery = discovery;
        this.reassembly = reassembly;
        this.protocols = protocols;
        this.counters = counters;
    }

    /**
     * Takes a packet.
     *
     * @param p has its memory and what the link says of it
     * @param ip offset of its header
     * @param bytes that the frame has from there on, padding included
     */
    void receive(Packet p, long ip, int bytes, boolean loopback, long now) {
        MemorySegment memory = p.memory;
        // RFC 8200, section 3: whole header, version, payload within the frame.
        if (bytes < Ipv6.HEADER_BYTES
                || Ipv6.version(memory, ip) != 6
                || Ipv6.HEADER_BYTES + Ipv6.payloadLength(memory, ip) > bytes) {
            counters.add(Counter.DROP_IPV6_HEADER);
            return;
        }
        p.sourceHigh = Ipv6.sourceHigh(memory, ip);
        p.sourceLow = Ipv6.sourceLow(memory, ip);
        p.destinationHigh = Ipv6.destinationHigh(memory, ip);
        p.destinationLow = Ipv6.destinationLow(memory, ip);
        if (!isGoodSource(p, loopback)) {
            counters.add(Counter.DROP_SOURCE);
            return;
        }
        if (!isForUs(p, loopback)) {
            counters.add(Counter.DROP_NOT_OURS);
            return;
        }
        p.header = ip;
        p.offset = ip + Ipv6.HEADER_BYTES;
        p.length = Ipv6.payloadLength(memory, ip);
        deliver(p, Ipv6.nextHeader(memory, ip), now);
    }

    private boolean isGoodSource(Packet p, boolean loopback) {
        // RFC 4291, sections 2.5.3 and 2.7. A mapped IPv4 address on the wire would pass for IPv4
        // above; it has no business there (RFC 4942, section 2.2).
        return loopback
                || (!IpAddress.isMulticast(p.sourceHigh, p.sourceLow)
                        && !IpAddress.isV4(p.sourceHigh, p.sourceLow)
                        && !addresses.isOurs(p.sourceHigh, p.sourceLow));
    }

    private boolean isForUs(Packet p, boolean loopback) {
        if (IpAddress.isV4(p.destinationHigh, p.destinationLow)) {
            return false;
        }
        if (IpAddress.isMulticast(p.destinationHigh, p.destinationLow)) {
            p.toGroup = true;
            return addresses.isOurGroupV6(p.destinationHigh, p.destinationLow)
                    || discovery.isTentativeGroup(p.destinationHigh, p.destinationLow);
        }
        return addresses.isOurs(p.destinationHigh, p.destinationLow)
                && (loopback || !IpAddress.isLoopback(p.destinationHigh, p.destinationLow));
    }

    /** Walks the headers from the packet's offset on; the first is of type {@code next}. */
    private void deliver(Packet p, int first, long now) {
        int next = first;
        for (int i = 0; i <= MOST_EXTENSIONS; i++) {
            switch (next) {
                case Protocol.HOP_BY_HOP, Protocol.DESTINATION_OPTIONS -> {
                    // RFC 8200, section 4.1: hop-by-hop options come first or not at all.
                    boolean misplaced = next == Protocol.HOP_BY_HOP && i > 0;
                    next = misplaced ? REFUSED : skipOptions(p);
                }
                case Protocol.ROUTING -> next = skipRouting(p);
                case Protocol.FRAGMENT -> next = receiveFragment(p, now);
                case Protocol.NO_NEXT_HEADER -> {
                    return;
                }
                default -> {
                    p.protocol = next;
                    protocols.deliver(p, now);
                    return;
                }
            }
            if (next == TAKEN) {
                return;
            }
            if (next == REFUSED) {
                break;
            }
        }
        counters.add(Counter.DROP_IPV6_HEADER);
    }

    /** Bytes of the extension header at the packet's offset, or 0 if it does not fit in the packet. */
    private static int extensionBytes(Packet p) {
        // RFC 8200, sections 4.3 to 4.6: at least eight bytes, length in units of eight without the
        // first.
        if (p.length < 8) {
            return 0;
        }
        int bytes = (Wire.u8(p.memory, p.offset + 1) + 1) * 8;
        return bytes <= p.length ? bytes : 0;
    }

    private static int skip(Packet p, int bytes) {
        int next = Wire.u8(p.memory, p.offset);
        p.offset += bytes;
        p.length -= bytes;
        return next;
    }

    private static int skipOptions(Packet p) {
        int bytes = extensionBytes(p);
        if (bytes == 0) {
            return REFUSED;
        }
        long at = p.offset + 2;
        long end = p.offset + bytes;
        while (at < end) {
            int option = Wire.u8(p.memory, at);
            if (option == OPTION_PAD1) {
                at++;
                continue;
            }
            // RFC 8200, section 4.2: type, length of the data, data.
            if (at + 2 > end || at + 2 + Wire.u8(p.memory, at + 1) > end) {
                return REFUSED;
            }
            // The two highest bits: 00 means that who does not know the option skips it.
            if (option >>> 6 != 0) {
                return REFUSED;
            }
            at += 2 + Wire.u8(p.memory, at + 1);
        }
        return skip(p, bytes);
    }

    private int skipRouting(Packet p) {
        int bytes = extensionBytes(p);
        if (bytes == 0) {
            return REFUSED;
        }
        // RFC 8200, section 4.4: with segments left it is for a router; RFC 5095 abolished type 0.
        if (Wire.u8(p.memory, p.offset + 3) != 0 || Wire.u8(p.memory, p.offset + 2) == 0) {
            counters.add(Counter.DROP_SOURCE_ROUTE);
            return TAKEN;
        }
        return skip(p, bytes);
    }

    private int receiveFragment(Packet p, long now) {
        // RFC 8200, section 4.5. A datagram that was put together has no second fragment header.
        if (p.length < Ipv6.FRAGMENT_HEADER_BYTES || p.reassembled) {
            return REFUSED;
        }
        int next = Wire.u8(p.memory, p.offset);
        int field = Wire.u16(p.memory, p.offset + 2);
        int identification = Wire.i32(p.memory, p.offset + 4);
        int from = field & 0xfff8;
        boolean more = (field & 1) != 0;
        p.protocol = next;
        p.offset += Ipv6.FRAGMENT_HEADER_BYTES;
        p.length -= Ipv6.FRAGMENT_HEADER_BYTES;
        if (from == 0 && !more) {
            // RFC 6946: an atomic fragment is a whole datagram, whatever else is under way.
            return next;
        }
        int place = reassembly.add(p, identification, from, more, now);
        if (place == Reassembly.REFUSED) {
            counters.add(Counter.DROP_FRAGMENT);
        } else if (place != Reassembly.NOT_YET) {
            p.memory = reassembly.memory(place);
            p.offset = 0;
            p.length = reassembly.length(place);
            p.reassembled = true;
            p.checksumKnownGood = false;
            deliver(p, next, now);
            reassembly.release(place);
        }
        return TAKEN;
    }
}
