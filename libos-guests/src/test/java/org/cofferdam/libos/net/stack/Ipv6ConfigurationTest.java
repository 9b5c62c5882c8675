package org.cofferdam.libos.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.ip.Addresses;
import org.cofferdam.libos.net.wire.Ethernet;
import org.cofferdam.libos.net.wire.Icmp;
import org.cofferdam.libos.net.wire.InternetChecksum;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.Ipv6;
import org.cofferdam.libos.net.wire.Protocol;
import org.cofferdam.libos.net.wire.Wire;
import org.junit.jupiter.api.Test;

/** What routers and neighbours on the link can say about a stack's IPv6 addresses, and what they cannot. */
class Ipv6ConfigurationTest {
    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress ROUTER = IpAddress.parse("fe80::fe");
    private static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");
    private static final IpAddress LINK_LOCAL = IpAddress.parse("fe80::cf:ff:fe00:1");

    private final Stranger peer = new Stranger(StackSettings.DEFAULT);

    private static byte[] icmpV6(IpAddress from, IpAddress to, int hopLimit, byte[] message) {
        byte[] bytes = new byte[Ethernet.HEADER_BYTES + Ipv6.HEADER_BYTES + message.length];
        MemorySegment frame = MemorySegment.ofArray(bytes);
        Ethernet.write(frame, 0, 0x3333_0000_0001L, Stranger.OWN_MAC, Ethernet.TYPE_IPV6);
        Ipv6.write(
                frame,
                14,
                message.length,
                Protocol.ICMPV6,
                hopLimit,
                from.high(),
                from.low(),
                to.high(),
                to.low());
        System.arraycopy(message, 0, bytes, 54, message.length);
        long sum =
                InternetChecksum.pseudoHeader(
                        from.high(),
                        from.low(),
                        to.high(),
                        to.low(),
                        Protocol.ICMPV6,
                        message.length);
        sum = InternetChecksum.add(sum, frame, 54, message.length);
        Icmp.putChecksum(frame, 54, InternetChecksum.finish(sum));
        return bytes;
    }

    /** A router's advertisement of half an hour, with one prefix of 64 bits, on the link and for addresses. */
    private static byte[] advertisement(String prefix, int hopLimit) {
        byte[] message = new byte[48];
        MemorySegment m = MemorySegment.ofArray(message);
        Icmp.write(m, 0, Icmp.ROUTER_ADVERTISEMENT, 0, 64 << 24 | 1800);
        Wire.putI32(m, 16, 3 << 24 | 4 << 16 | 64 << 8 | 0xc0);
        Wire.putI32(m, 20, 3600);
        Wire.putI64(m, 32, IpAddress.parse(prefix).high());
        return icmpV6(ROUTER, ALL_NODES, hopLimit, message);
    }

    private List<IpAddress> addresses() {
        return peer.stack.ip().addresses().v6();
    }

    private void start() {
        peer.stack.startV6();
        peer.pass(SECOND + SECOND / 2);
        assertEquals(List.of(LINK_LOCAL), addresses());
    }

    @Test
    void aRoutersPrefixGivesAnAddressAndAWayOut() {
        start();
        peer.link.put(advertisement("fd00:5::", 255));
        peer.settle();
        IpAddress given = IpAddress.parse("fd00:5::cf:ff:fe00:1");
        assertEquals(List.of(LINK_LOCAL, given), addresses());
        assertEquals(given, peer.stack.ip().addresses().sourceFor(IpAddress.parse("2001:db8::1")));
    }

    @Test
    void anAdvertisementFromBeyondTheLinkHasNoEffect() {
        start();
        peer.link.put(advertisement("fd00:5::", 254));
        peer.settle();
        assertEquals(List.of(LINK_LOCAL), addresses());
        assertEquals(1, peer.stack.counters().get(Counter.DROP_NEIGHBOUR_DISCOVERY));
    }

    @Test
    void aFloodOfPrefixesGivesNoMoreThanEightAddresses() {
        start();
        for (int i = 1; i < 200; i++) {
            peer.link.put(advertisement("fd00:%x::".formatted(i), 255));
        }
        peer.settle();
        assertEquals(Addresses.MOST_V6, addresses().size());
    }

    @Test
    void anAddressThatANeighbourHasIsNotTaken() {
        peer.stack.startV6();
        peer.settle();
        peer.link.put(neighbourAdvertisement(LINK_LOCAL));
        peer.pass(10 * SECOND);
        assertTrue(addresses().isEmpty(), addresses().toString());
    }

    private static byte[] neighbourAdvertisement(IpAddress address) {
        byte[] message = new byte[32];
        MemorySegment m = MemorySegment.ofArray(message);
        Icmp.write(m, 0, Icmp.NEIGHBOUR_ADVERTISEMENT, 0, 0x2000_0000);
        Wire.putI64(m, 8, address.high());
        Wire.putI64(m, 16, address.low());
        Wire.putU16(m, 24, 2 << 8 | 1);
        Wire.putU48(m, 26, Stranger.OWN_MAC);
        return icmpV6(address, ALL_NODES, 255, message);
    }

    @Test
    void aStaticAddressIsOursOnlyAfterASecondWithoutObjection() {
        IpAddress wanted = IpAddress.parse("fd00:9::5");
        List<Boolean> verdicts = new ArrayList<>();
        peer.stack.addV6(wanted, 64, (address, free, now) -> verdicts.add(free));
        List<MemorySegment> asked = peer.pass(SECOND / 2);
        assertEquals(1, asked.size());
        assertEquals(
                Icmp.NEIGHBOUR_SOLICITATION,
                Icmp.type(asked.getFirst(), Ethernet.HEADER_BYTES + Ipv6.HEADER_BYTES));
        assertEquals(0, Ipv6.sourceLow(asked.getFirst(), Ethernet.HEADER_BYTES));
        assertTrue(addresses().isEmpty());
        peer.pass(SECOND);
        assertEquals(List.of(wanted), addresses());
        assertEquals(List.of(true), verdicts);
    }

    @Test
    void aStaticAddressThatANeighbourHasIsNotTaken() {
        IpAddress wanted = IpAddress.parse("fd00:9::5");
        List<Boolean> verdicts = new ArrayList<>();
        peer.stack.addV6(wanted, 64, (address, free, now) -> verdicts.add(free));
        peer.settle();
        peer.link.put(neighbourAdvertisement(wanted));
        peer.pass(10 * SECOND);
        assertTrue(addresses().isEmpty(), addresses().toString());
        assertEquals(List.of(false), verdicts);
    }

    /** A router's advertisement with an option of name servers behind it. */
    private static byte[] servers(int seconds, int lengthByte, String... addresses) {
        byte[] message = new byte[16 + 8 + 16 * addresses.length];
        MemorySegment m = MemorySegment.ofArray(message);
        Icmp.write(m, 0, Icmp.ROUTER_ADVERTISEMENT, 0, 64 << 24 | 1800);
        Wire.putI32(m, 16, 25 << 24 | lengthByte << 16);
        Wire.putI32(m, 20, seconds);
        for (int i = 0; i < addresses.length; i++) {
            IpAddress address = IpAddress.parse(addresses[i]);
            Wire.putI64(m, 24 + 16 * i, address.high());
            Wire.putI64(m, 32 + 16 * i, address.low());
        }
        return icmpV6(ROUTER, ALL_NODES, 255, message);
    }

    @Test
    void nameServersOfRoutersAreKnownUntilTheirTimeIsOver() {
        start();
        peer.link.put(servers(600, 5, "fd00:5::53", "fe80::53"));
        peer.settle();
        List<IpAddress> both = List.of(IpAddress.parse("fd00:5::53"), IpAddress.parse("fe80::53"));
        assertEquals(both, peer.stack.ip().advertisedServers());
        peer.link.put(servers(0, 3, "fd00:5::53"));
        peer.settle();
        assertEquals(both.subList(1, 2), peer.stack.ip().advertisedServers());
        peer.pass(601 * SECOND);
        assertEquals(List.of(), peer.stack.ip().advertisedServers());
    }

    @Test
    void nameServersThatLieAboutTheirNumberOrAreNoStationsAreIgnored() {
        start();
        // Half a server, none, one more than there is room for, a group, nobody, a mapped address.
        peer.link.put(servers(600, 4, "fd00:5::53", "fd00:5::54"));
        peer.link.put(servers(600, 1));
        peer.link.put(servers(600, 5, "fd00:5::53"));
        peer.link.put(servers(600, 7, "ff02::1", "::", "::ffff:10.9.0.2"));
        peer.settle();
        assertEquals(List.of(), peer.stack.ip().advertisedServers());
        for (int i = 1; i < 100; i++) {
            peer.link.put(servers(600, 3, "fd00:5::%x".formatted(i)));
        }
        peer.settle();
        assertEquals(4, peer.stack.ip().advertisedServers().size());
    }
}
