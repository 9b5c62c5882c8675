package org.cofferdam.libos.net.ip;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv4;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Wire;

/** Checks IPv4 packets that came in, and gives them to their protocol. The stack's thread, allocation-free. */
final class Ipv4Input {
    private static final int OPTION_END = 0;
    private static final int OPTION_NOTHING = 1;
    private static final int OPTION_LOOSE_ROUTE = 131;
    private static final int OPTION_STRICT_ROUTE = 137;

    private final Addresses addresses;
    private final Reassembly reassembly;
    private final Protocols protocols;
    private final Counters counters;

    Ipv4Input(Addresses addresses, Reassembly reassembly, Protocols protocols, Counters counters) {
        this.addresses = addresses;
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
        if (!isWellFormed(memory, ip, bytes)) {
            counters.add(Counter.DROP_IPV4_HEADER);
            return;
        }
        int headerBytes = Ipv4.headerBytes(memory, ip);
        int source = Ipv4.source(memory, ip);
        int destination = Ipv4.destination(memory, ip);
        if (headerBytes > Ipv4.HEADER_BYTES && hasSourceRoute(memory, ip, headerBytes)) {
            // RFC 7126, sections 4.3 and 4.4.
            counters.add(Counter.DROP_SOURCE_ROUTE);
            return;
        }
        p.protocol = Ipv4.protocol(memory, ip);
        p.sourceHigh = 0;
        p.sourceLow = IpAddress.mapped(source);
        p.destinationHigh = 0;
        p.destinationLow = IpAddress.mapped(destination);
        if (!isGoodSource(p, source, loopback)) {
            counters.add(Counter.DROP_SOURCE);
            return;
        }
        if (!isForUs(p, destination, loopback)) {
            counters.add(Counter.DROP_NOT_OURS);
            return;
        }
        p.header = ip;
        p.offset = ip + headerBytes;
        p.length = Ipv4.totalLength(memory, ip) - headerBytes;
        int fragment = Ipv4.fragment(memory, ip);
        if ((fragment & (Ipv4.MORE_FRAGMENTS | Ipv4.OFFSET_MASK)) == 0) {
            protocols.deliver(p, now);
        } else {
            receiveFragment(p, Ipv4.identification(memory, ip), fragment, now);
        }
    }

    private static boolean isWellFormed(MemorySegment memory, long ip, int bytes) {
        // RFC 791, section 3.1; RFC 1122, sections 3.2.1.1 and 3.2.1.2: whole header, version, at
        // least five words, all of it within the packet and the packet within the frame.
        if (bytes < Ipv4.HEADER_BYTES || Ipv4.version(memory, ip) != 4) {
            return false;
        }
        int headerBytes = Ipv4.headerBytes(memory, ip);
        int total = Ipv4.totalLength(memory, ip);
        return headerBytes >= Ipv4.HEADER_BYTES
                && headerBytes <= total
                && total <= bytes
                && InternetChecksum.isRight(InternetChecksum.add(0, memory, ip, headerBytes));
    }

    private static boolean hasSourceRoute(MemorySegment memory, long ip, int headerBytes) {
        long at = ip + Ipv4.HEADER_BYTES;
        long end = ip + headerBytes;
        while (at < end) {
            int option = Wire.u8(memory, at);
            if (option == OPTION_END) {
                return false;
            }
            if (option == OPTION_LOOSE_ROUTE || option == OPTION_STRICT_ROUTE) {
                return true;
            }
            if (option == OPTION_NOTHING) {
                at++;
            } else {
                // RFC 791, section 3.1: a length counts itself and the type. One that runs out of
                // the header hides what follows, so it is treated like what it may hide.
                int length = at + 1 < end ? Wire.u8(memory, at + 1) : 0;
                if (length < 2 || at + length > end) {
                    return true;
                }
                at += length;
            }
        }
        return false;
    }

    /** RFC 1122, section 3.2.1.3: a source is one station's address, and 127/8 never comes from a wire. */
    private boolean isGoodSource(Packet p, int source, boolean loopback) {
        if (loopback) {
            return true;
        }
        return source != 0
                && !IpAddress.isLoopback(0, p.sourceLow)
                && !IpAddress.isMulticast(0, p.sourceLow)
                && !addresses.isBroadcast(source)
                && !addresses.isOurs(0, p.sourceLow)
                && source >>> 28 != 0xf;
    }

    private boolean isForUs(Packet p, int destination, boolean loopback) {
        if (addresses.isOurs(0, p.destinationLow)) {
            return loopback || !IpAddress.isLoopback(0, p.destinationLow);
        }
        if (addresses.isBroadcast(destination)) {
            p.toGroup = true;
            return true;
        }
        // Without an address yet, a DHCP server's answer may be for the address that it offers.
        return addresses.v4() == 0 && p.protocol == Protocol.UDP;
    }

    private void receiveFragment(Packet p, int identification, int fragment, long now) {
        int from = (fragment & Ipv4.OFFSET_MASK) * 8;
        boolean more = (fragment & Ipv4.MORE_FRAGMENTS) != 0;
        int place = reassembly.add(p, identification, from, more, now);
        if (place == Reassembly.REFUSED) {
            counters.add(Counter.DROP_FRAGMENT);
        } else if (place != Reassembly.NOT_YET) {
            p.memory = reassembly.memory(place);
            p.offset = 0;
            p.length = reassembly.length(place);
            p.reassembled = true;
            p.checksumKnownGood = false;
            protocols.deliver(p, now);
            reassembly.release(place);
        }
    }
}
