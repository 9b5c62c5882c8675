package org.cofferdam.libos.net.ip;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Wire;

/**
 * ICMPv6 (RFC 4443): answers echoes, passes errors up, says that a port is not there, and hands neighbour discovery to
 * {@link NeighbourDiscovery}. What it sends is limited (section 2.4(f)).
 *
 * <p>The stack's thread, allocation-free.
 */
public final class IcmpV6 {
    private static final int CHECKSUM = 2;

    /** RFC 4443, section 3.1: as much of the packet as fits in the least MTU. */
    private static final int MOST_QUOTED = Ipv6.MINIMUM_MTU - Ipv6.HEADER_BYTES - Icmp.HEADER_BYTES;

    private final IpOutput output;
    private final Addresses addresses;
    private final NeighbourDiscovery discovery;
    private final Counters counters;
    private final IcmpError error = new IcmpError();
    private final TokenBucket echoes = new TokenBucket(10_000, 1000);
    private final TokenBucket errors = new TokenBucket(100, 50);

    IcmpV6(IpOutput output, Addresses addresses, NeighbourDiscovery discovery, Counters counters) {
        this.output = output;
        this.addresses = addresses;
        this.discovery = discovery;
        this.counters = counters;
    }

    void receive(Packet p, Protocols protocols, long now) {
        // RFC 4443, section 2.1 and 2.3: the checksum covers a pseudo-header.
        if (p.length < Icmp.HEADER_BYTES || !hasRightChecksum(p)) {
            counters.add(Counter.DROP_ICMP);
            return;
        }
        switch (Icmp.type(p.memory, p.offset)) {
            case Icmp.V6_ECHO -> answer(p, now);
            case Icmp.V6_UNREACHABLE,
                    Icmp.V6_PACKET_TOO_BIG,
                    Icmp.V6_TIME_EXCEEDED,
                    Icmp.V6_PARAMETER_PROBLEM ->
                    passUp(p, protocols);
            case Icmp.NEIGHBOUR_SOLICITATION,
                    Icmp.NEIGHBOUR_ADVERTISEMENT,
                    Icmp.ROUTER_ADVERTISEMENT ->
                    discovery.receive(p, now);
            default -> counters.add(Counter.DROP_ICMP);
        }
    }

    private static boolean hasRightChecksum(Packet p) {
        long pseudo =
                InternetChecksum.pseudoHeader(
                        p.sourceHigh,
                        p.sourceLow,
                        p.destinationHigh,
                        p.destinationLow,
                        Protocol.ICMPV6,
                        p.length);
        return p.checksumKnownGood
                || InternetChecksum.isRight(
                        InternetChecksum.add(pseudo, p.memory, p.offset, p.length));
    }

    private void answer(Packet p, long now) {
        if (p.toGroup || !echoes.take(now)) {
            counters.add(Counter.ICMP_LIMITED);
            return;
        }
        long at = begin(p, p.length, true);
        if (at < 0) {
            return;
        }
        MemorySegment memory = output.memory();
        MemorySegment.copy(p.memory, p.offset, memory, at, p.length);
        Icmp.write(memory, at, Icmp.V6_ECHO_REPLY, 0, Icmp.rest(p.memory, p.offset));
        output.send(p.length, CHECKSUM);
    }

    private long begin(Packet p, int bytes, boolean mayFragment) {
        return output.begin(
                p.destinationHigh,
                p.destinationLow,
                p.sourceHigh,
                p.sourceLow,
                Protocol.ICMPV6,
                bytes,
                mayFragment);
    }

    private void passUp(Packet p, Protocols protocols) {
        MemorySegment memory = p.memory;
        long quoted = p.offset + Icmp.HEADER_BYTES;
        int bytes = p.length - Icmp.HEADER_BYTES;
        // RFC 4443, section 3: the quoted packet from its header on. Only one without extension
        // headers is looked at, since the stack sends TCP with none.
        if (bytes < Ipv6.HEADER_BYTES + 8
                || Ipv6.version(memory, quoted) != 6
                || !addresses.isOurs(
                        Ipv6.sourceHigh(memory, quoted), Ipv6.sourceLow(memory, quoted))) {
            counters.add(Counter.DROP_ICMP);
            return;
        }
        int code = Icmp.code(memory, p.offset);
        error.mtu = 0;
        switch (Icmp.type(memory, p.offset)) {
            case Icmp.V6_PACKET_TOO_BIG -> {
                error.kind = IcmpError.Kind.PACKET_TOO_BIG;
                // RFC 4443, section 3.2: 32 bits; more than any packet has means nothing.
                long mtu = Integer.toUnsignedLong(Icmp.rest(memory, p.offset));
                error.mtu = (int) Math.min(mtu, 65_535);
            }
            case Icmp.V6_TIME_EXCEEDED -> error.kind = IcmpError.Kind.TIME_EXCEEDED;
            case Icmp.V6_PARAMETER_PROBLEM -> error.kind = IcmpError.Kind.PROTOCOL_UNREACHABLE;
            default ->
                    error.kind =
                            code == Icmp.V6_CODE_PORT_UNREACHABLE
                                    ? IcmpError.Kind.PORT_UNREACHABLE
                                    : IcmpError.Kind.HOST_UNREACHABLE;
        }
        long transport = quoted + Ipv6.HEADER_BYTES;
        error.localHigh = Ipv6.sourceHigh(memory, quoted);
        error.localLow = Ipv6.sourceLow(memory, quoted);
        error.remoteHigh = Ipv6.destinationHigh(memory, quoted);
        error.remoteLow = Ipv6.destinationLow(memory, quoted);
        error.localPort = Wire.u16(memory, transport);
        error.remotePort = Wire.u16(memory, transport + 2);
        error.sequence = Wire.i32(memory, transport + 4);
        protocols.deliver(error, Ipv6.nextHeader(memory, quoted));
    }

    /** Says that nobody has a packet's port. */
    public void portUnreachable(Packet p, long now) {
        // RFC 4443, section 2.4(e): not about what went to a group, nor to who is nobody.
        if (p.toGroup || p.reassembled || (p.sourceHigh | p.sourceLow) == 0) {
            return;
        }
        if (!errors.take(now)) {
            counters.add(Counter.ICMP_LIMITED);
            return;
        }
        int quoted = Math.min((int) (p.offset - p.header) + p.length, MOST_QUOTED);
        int bytes = Icmp.HEADER_BYTES + quoted;
        long at = begin(p, bytes, false);
        if (at < 0) {
            return;
        }
        Icmp.write(output.memory(), at, Icmp.V6_UNREACHABLE, Icmp.V6_CODE_PORT_UNREACHABLE, 0);
        MemorySegment.copy(p.memory, p.header, output.memory(), at + Icmp.HEADER_BYTES, quoted);
        output.send(bytes, CHECKSUM);
    }
}
