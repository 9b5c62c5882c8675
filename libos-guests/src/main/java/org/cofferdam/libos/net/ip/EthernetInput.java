package org.cofferdam.libos.net.ip;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.link.FrameSink;
import org.cofferdam.libos.net.link.Offload;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.MacAddress;

/** Where a link's frames come in: sorts them by their Ethernet type. The stack's thread, allocation-free. */
final class EthernetInput implements FrameSink {
    private final long ownMac;
    private final boolean loopback;
    private final ArpProtocol arp;
    private final NeighbourCache neighbours;
    private final Ipv4Input ipv4;
    private final Ipv6Input ipv6;
    private final Counters counters;
    private final Packet packet;
    private long now;

    EthernetInput(
            long ownMac,
            boolean loopback,
            ArpProtocol arp,
            NeighbourCache neighbours,
            Ipv4Input ipv4,
            Ipv6Input ipv6,
            Counters counters) {
        this.ownMac = ownMac;
        this.loopback = loopback;
        this.arp = arp;
        this.neighbours = neighbours;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.counters = counters;
        this.packet = new Packet();
    }

    void setNow(long time) {
        now = time;
    }

    @Override
    public void frame(MemorySegment memory, long offset, int length, Offload offload) {
        counters.add(Counter.FRAMES_IN);
        // RFC 894, RFC 2464: nothing is read of a frame without its whole header.
        if (length < Ethernet.HEADER_BYTES) {
            counters.add(Counter.DROP_ETHERNET);
            return;
        }
        long destination = Ethernet.destination(memory, offset);
        boolean group = MacAddress.isGroup(destination);
        if (destination != ownMac && !group) {
            counters.add(Counter.DROP_ETHERNET);
            return;
        }
        long inner = offset + Ethernet.HEADER_BYTES;
        int bytes = length - Ethernet.HEADER_BYTES;
        packet.memory = memory;
        packet.toGroup = group;
        packet.reassembled = false;
        packet.checksumKnownGood = (offload.flags & (Offload.NEEDS_CSUM | Offload.DATA_VALID)) != 0;
        switch (Ethernet.type(memory, offset)) {
            case Ethernet.TYPE_IPV4 -> ipv4.receive(packet, inner, bytes, loopback, now);
            case Ethernet.TYPE_IPV6 -> ipv6.receive(packet, inner, bytes, loopback, now);
            case Ethernet.TYPE_ARP -> {
                if (loopback) {
                    counters.add(Counter.DROP_ETHERNET);
                } else {
                    arp.receive(memory, offset, inner, bytes, neighbours, now);
                }
            }
            default -> counters.add(Counter.DROP_ETHERNET);
        }
    }
}
