package org.cofferdam.libos.net.ip;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv4;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Wire;

/**
 * ICMP (RFC 792; RFC 1122, section 3.2.2): answers echoes, passes errors up, and says that a port or a protocol is not
 * there. What it sends is limited, as RFC 1812, section 4.3.2.8 asks. Redirects are ignored: they would let anybody on
 * the link move our traffic.
 *
 * <p>The stack's thread, allocation-free.
 */
public final class IcmpV4 {
    /** RFC 1812, section 4.3.2.3: as much of the packet as fits in 576 bytes. */
    private static final int MOST_QUOTED = 548;

    private final IpOutput output;
    private final Addresses addresses;
    private final Counters counters;
    private final IcmpError error = new IcmpError();
    private final TokenBucket echoes = new TokenBucket(10_000, 1000);
    private final TokenBucket errors = new TokenBucket(100, 50);

    IcmpV4(IpOutput output, Addresses addresses, Counters counters) {
        this.output = output;
        this.addresses = addresses;
        this.counters = counters;
    }

    void receive(Packet p, Protocols protocols, long now) {
        // RFC 792: type, code, checksum and four bytes more.
        if (p.length < Icmp.HEADER_BYTES
                || !InternetChecksum.isRight(
                        InternetChecksum.add(0, p.memory, p.offset, p.length))) {
            counters.add(Counter.DROP_ICMP);
            return;
        }
        switch (Icmp.type(p.memory, p.offset)) {
            case Icmp.ECHO -> answer(p, now);
            case Icmp.UNREACHABLE, Icmp.TIME_EXCEEDED -> passUp(p, protocols);
            default -> counters.add(Counter.DROP_ICMP);
        }
    }

    private void answer(Packet p, long now) {
        // RFC 1122, section 3.2.2.6: an echo to a group may be dropped, which spares others a
        // flood.
        if (p.toGroup || !echoes.take(now)) {
            counters.add(Counter.ICMP_LIMITED);
            return;
        }
        long at = output.begin(0, p.destinationLow, 0, p.sourceLow, Protocol.ICMP, p.length, true);
        if (at < 0) {
            return;
        }
        MemorySegment memory = output.memory();
        MemorySegment.copy(p.memory, p.offset, memory, at, p.length);
        Icmp.write(memory, at, Icmp.ECHO_REPLY, 0, Icmp.rest(p.memory, p.offset));
        sendWithChecksum(memory, at, p.length);
    }

    private void passUp(Packet p, Protocols protocols) {
        MemorySegment memory = p.memory;
        long quoted = p.offset + Icmp.HEADER_BYTES;
        int bytes = p.length - Icmp.HEADER_BYTES;
        // RFC 792: the quoted header and eight bytes behind it. It must be a packet of ours.
        if (bytes < Ipv4.HEADER_BYTES || Ipv4.version(memory, quoted) != 4) {
            counters.add(Counter.DROP_ICMP);
            return;
        }
        int headerBytes = Ipv4.headerBytes(memory, quoted);
        long local = IpAddress.mapped(Ipv4.source(memory, quoted));
        if (headerBytes < Ipv4.HEADER_BYTES
                || bytes < headerBytes + 8
                || (Ipv4.fragment(memory, quoted) & Ipv4.OFFSET_MASK) != 0
                || !addresses.isOurs(0, local)) {
            counters.add(Counter.DROP_ICMP);
            return;
        }
        error.mtu = 0;
        if (Icmp.type(memory, p.offset) == Icmp.TIME_EXCEEDED) {
            error.kind = IcmpError.Kind.TIME_EXCEEDED;
        } else {
            switch (Icmp.code(memory, p.offset)) {
                case Icmp.CODE_PROTOCOL_UNREACHABLE ->
                        error.kind = IcmpError.Kind.PROTOCOL_UNREACHABLE;
                case Icmp.CODE_PORT_UNREACHABLE -> error.kind = IcmpError.Kind.PORT_UNREACHABLE;
                case Icmp.CODE_FRAGMENTATION_NEEDED -> {
                    error.kind = IcmpError.Kind.PACKET_TOO_BIG;
                    // RFC 1191, section 4: the lower half of what RFC 792 left unused.
                    error.mtu = Icmp.rest(memory, p.offset) & 0xffff;
                }
                default -> error.kind = IcmpError.Kind.HOST_UNREACHABLE;
            }
        }
        long transport = quoted + headerBytes;
        error.localHigh = 0;
        error.localLow = local;
        error.remoteHigh = 0;
        error.remoteLow = IpAddress.mapped(Ipv4.destination(memory, quoted));
        error.localPort = Wire.u16(memory, transport);
        error.remotePort = Wire.u16(memory, transport + 2);
        error.sequence = Wire.i32(memory, transport + 4);
        protocols.deliver(error, Ipv4.protocol(memory, quoted));
    }

    /** Says that nobody has a packet's port. */
    public void portUnreachable(Packet p, long now) {
        sendUnreachable(p, Icmp.CODE_PORT_UNREACHABLE, now);
    }

    void protocolUnreachable(Packet p, long now) {
        sendUnreachable(p, Icmp.CODE_PROTOCOL_UNREACHABLE, now);
    }

    private void sendUnreachable(Packet p, int code, long now) {
        // RFC 1122, section 3.2.2: no error about what went to a group. A packet in pieces has no
        // header left that could be quoted.
        if (p.toGroup || p.reassembled || !addresses.isOurs(0, p.destinationLow)) {
            return;
        }
        if (!errors.take(now)) {
            counters.add(Counter.ICMP_LIMITED);
            return;
        }
        int quoted = Math.min((int) (p.offset - p.header) + p.length, MOST_QUOTED);
        int bytes = Icmp.HEADER_BYTES + quoted;
        long at = output.begin(0, p.destinationLow, 0, p.sourceLow, Protocol.ICMP, bytes, true);
        if (at < 0) {
            return;
        }
        MemorySegment memory = output.memory();
        Icmp.write(memory, at, Icmp.UNREACHABLE, code, 0);
        MemorySegment.copy(p.memory, p.header, memory, at + Icmp.HEADER_BYTES, quoted);
        sendWithChecksum(memory, at, bytes);
    }

    private void sendWithChecksum(MemorySegment memory, long at, int bytes) {
        long sum = InternetChecksum.add(0, memory, at, bytes);
        Icmp.putChecksum(memory, at, InternetChecksum.finish(sum));
        output.send(bytes, IpOutput.NO_CHECKSUM);
    }
}
