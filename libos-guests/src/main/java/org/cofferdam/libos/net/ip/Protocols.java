package org.cofferdam.libos.net.ip;

import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Protocol;
import org.jspecify.annotations.Nullable;

/** Gives a packet to the protocol that it carries. The stack's thread, allocation-free. */
final class Protocols {
    private final IcmpV4 icmpV4;
    private final IcmpV6 icmpV6;
    private final Counters counters;
    private @Nullable Transport tcp;
    private @Nullable Transport udp;

    Protocols(IcmpV4 icmpV4, IcmpV6 icmpV6, Counters counters) {
        this.icmpV4 = icmpV4;
        this.icmpV6 = icmpV6;
        this.counters = counters;
    }

    void connect(Transport newTcp, Transport newUdp) {
        tcp = newTcp;
        udp = newUdp;
    }

    void deliver(Packet p, long now) {
        Transport transport = transport(p.protocol);
        boolean v4 = IpAddress.isV4(p.destinationHigh, p.destinationLow);
        if (transport != null) {
            transport.packet(p);
        } else if (p.protocol == Protocol.ICMP && v4) {
            icmpV4.receive(p, this, now);
        } else if (p.protocol == Protocol.ICMPV6 && !v4) {
            icmpV6.receive(p, this, now);
        } else {
            counters.add(Counter.DROP_PROTOCOL);
            if (v4) {
                icmpV4.protocolUnreachable(p, now);
            }
        }
    }

    /** Gives an ICMP error to the protocol that it is about. */
    void deliver(IcmpError error, int protocol) {
        Transport transport = transport(protocol);
        if (transport == null) {
            counters.add(Counter.DROP_ICMP);
        } else {
            transport.error(error);
        }
    }

    private @Nullable Transport transport(int protocol) {
        return switch (protocol) {
            case Protocol.TCP -> tcp;
            case Protocol.UDP -> udp;
            default -> null;
        };
    }
}
