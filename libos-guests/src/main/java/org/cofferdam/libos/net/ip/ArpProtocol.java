package org.cofferdam.libos.net.ip;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.link.Offload;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.Arp;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * ARP (RFC 826): answers who asks for our address, and asks for the neighbour cache. It learns nothing from requests,
 * although RFC 826 would: {@link NeighbourCache} says why.
 *
 * <p>The stack's thread, allocation-free.
 */
final class ArpProtocol {
    /** Two stations with one address do not shout at each other without end (RFC 5227, section 2.4). */
    private static final long DEFEND_NANOS = 10_000_000_000L;

    private final Link link;
    private final Addresses addresses;
    private final Counters counters;
    private final Offload plain = new Offload();

    /** Answers to requests; a flood of requests costs others no more than this. */
    private final TokenBucket answers = new TokenBucket(1000, 100);

    private final ArpCheck check;
    private long defendedAt;
    private boolean defended;

    ArpProtocol(
            Link link,
            Addresses addresses,
            TimerWheel wheel,
            Counters counters,
            RandomGenerator random) {
        this.link = link;
        this.addresses = addresses;
        this.counters = counters;
        this.check =
                new ArpCheck(
                        wheel,
                        random,
                        address -> send(Arp.REQUEST, MacAddress.BROADCAST, 0, 0, address));
    }

    /** Asks whether somebody has an address that we want. */
    ArpCheck check() {
        return check;
    }

    /** Takes the bytes behind an Ethernet header. */
    void receive(
            MemorySegment memory,
            long frame,
            long arp,
            int length,
            NeighbourCache neighbours,
            long now) {
        // RFC 826, "Packet Reception": the spaces and lengths that we speak. Padding may follow.
        if (length < Arp.BYTES || !Arp.isIpv4OverEthernet(memory, arp)) {
            counters.add(Counter.DROP_ARP);
            return;
        }
        long senderMac = Arp.senderMac(memory, arp);
        int senderIp = Arp.senderIp(memory, arp);
        int targetIp = Arp.targetIp(memory, arp);
        int ours = addresses.v4();
        // Who speaks for another station, or for a group (RFC 1812, section 3.3.2), is not
        // believed.
        if (senderMac != Ethernet.source(memory, frame)
                || MacAddress.isGroup(senderMac)
                || addresses.isBroadcast(senderIp)) {
            counters.add(Counter.DROP_ARP);
            return;
        }
        boolean reply = Arp.operation(memory, arp) == Arp.REPLY;
        if (senderMac != link.mac().value()) {
            check.seen(senderIp, targetIp, !reply, now);
        }
        if (ours == 0) {
            counters.add(Counter.DROP_ARP);
            return;
        }
        if (senderIp == ours) {
            counters.add(Counter.ARP_CONFLICT);
            defend(now);
            return;
        }
        if (reply
                && targetIp == ours
                && Ethernet.destination(memory, frame) == link.mac().value()) {
            neighbours.answer(0, IpAddress.mapped(senderIp), senderMac, now);
            return;
        }
        neighbours.claim(0, IpAddress.mapped(senderIp), senderMac, now);
        if (!reply && Arp.operation(memory, arp) == Arp.REQUEST && targetIp == ours) {
            if (answers.take(now)) {
                send(Arp.REPLY, senderMac, ours, senderMac, senderIp);
            } else {
                counters.add(Counter.DROP_ARP);
            }
        }
    }

    /** Asks everybody for an IPv4 address. */
    void ask(int address) {
        if (addresses.v4() != 0) {
            send(Arp.REQUEST, MacAddress.BROADCAST, addresses.v4(), 0, address);
        }
    }

    /** Says to everybody that our address is ours (RFC 5227, section 2.3). */
    void announce() {
        int ours = addresses.v4();
        send(Arp.REQUEST, MacAddress.BROADCAST, ours, 0, ours);
    }

    /** Another station uses our address: it is told once in ten seconds, and we go on (section 2.4, case c). */
    private void defend(long now) {
        if (!defended || now - defendedAt >= DEFEND_NANOS) {
            defended = true;
            defendedAt = now;
            announce();
        }
    }

    private void send(int operation, long to, int senderIp, long targetMac, int targetIp) {
        int length = Ethernet.HEADER_BYTES + Arp.BYTES;
        long frame = link.claim(length);
        if (frame == Link.NO_ROOM) {
            counters.add(Counter.DROP_NO_ROOM);
            return;
        }
        long mac = link.mac().value();
        Ethernet.write(link.memory(), frame, to, mac, Ethernet.TYPE_ARP);
        Arp.write(
                link.memory(),
                frame + Ethernet.HEADER_BYTES,
                operation,
                mac,
                senderIp,
                targetMac,
                targetIp);
        link.commit(length, plain);
    }
}
