package org.cofferdam.proxy.packetswitch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a policy lets guests say to whom, and as whom. */
final class GuestPolicyTest {
    private static final PortId HOST = new PortId(1);
    private static final PortId FIRST = new PortId(2);
    private static final PortId SECOND = new PortId(3);
    private static final Mac HOST_MAC = Mac.parse("52:54:00:00:00:01");
    private static final Mac FIRST_MAC = Mac.parse("02:00:00:00:00:02");
    private static final Mac SECOND_MAC = Mac.parse("02:00:00:00:00:03");
    private static final long EACH = 1L << 1 | 1L << 2 | 1L << 3;

    private final MemoryPort host = new MemoryPort();
    private final MemoryPort first = new MemoryPort();
    private final MemoryPort second = new MemoryPort();
    private final PacketSwitch packets =
            new PacketSwitch(() -> 0L, CrossingRecorder.NONE, new Burst());

    private void ports(long firstReach, long secondReach) {
        packets.addPort(HOST, host, PortPolicy.station(HOST_MAC, 1500));
        packets.addPort(FIRST, first, PortPolicy.station(FIRST_MAC, 1500).withReach(firstReach));
        packets.addPort(
                SECOND, second, PortPolicy.station(SECOND_MAC, 1500).withReach(secondReach));
    }

    private static TestFrame fromFirst(Mac to) {
        return TestFrame.udp4().from(FIRST_MAC).to(to.value());
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "8,0,0", "0,4,0", "8,4,1"})
    void guestsTalkWhereEachNamesTheOther(long firstReach, long secondReach, int passes) {
        ports(firstReach, secondReach);
        first.sends(fromFirst(SECOND_MAC));
        packets.doWork();
        assertEquals(passes, second.received().size());
        assertEquals(1 - passes, packets.counters(FIRST).taken(Verdict.DROP_POLICY));
    }

    @Test
    void aGuestTalksToTheHostAndTheHostToItOnlyWhereItsPolicySaysSo() {
        ports(1L << 1, 0);
        first.sends(fromFirst(HOST_MAC));
        second.sends(TestFrame.udp4().from(SECOND_MAC).to(HOST_MAC.value()));
        host.sends(TestFrame.udp4().from(HOST_MAC).to(FIRST_MAC.value()));
        host.sends(TestFrame.udp4().from(HOST_MAC).to(SECOND_MAC.value()));
        packets.doWork();
        assertEquals(1, host.received().size());
        assertEquals(1, first.received().size());
        assertEquals(0, second.received().size());
    }

    @Test
    void broadcastsReachThoseThatMayTalkAndNobodyElse() {
        ports(1L << 1, EACH);
        first.sends(TestFrame.udp4().from(FIRST_MAC).to(Mac.BROADCAST));
        packets.doWork();
        assertEquals(1, host.received().size());
        assertEquals(0, second.received().size());
    }

    @Test
    void aGuestCannotTakeAnothersAddress() {
        ports(EACH, EACH);
        first.sends(TestFrame.udp4().from(SECOND_MAC).to(HOST_MAC.value()));
        packets.doWork();
        assertEquals(1, packets.counters(FIRST).taken(Verdict.DROP_SPOOFED_MAC));
        assertEquals(0, host.received().size());
    }

    private static final String TO_HOST = "525400000001" + "020000000002";
    private static final String IPV4 = "0800" + "4500001c000000004011" + "0000";
    private static final String ARP = "0806" + "0001080006040001";
    private static final String FROM_NOBODY = IPV4 + "00000000";
    private static final String DHCP_PORTS = "0044004300f80000";
    private static final String DHCP =
            "0101060000000001" + "0000000000000000" + "000000000000000000000000";
    private static final String ICMP6 = "86dd" + "60000000";

    /** The guest has 10.0.0.2, 2001:db8::2, and so fe80::ff:fe00:2. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "own IPv4," + IPV4 + "0a0000020a000001" + "0001000200080000,1",
        "another's IPv4," + IPV4 + "0a0000030a000001" + "0001000200080000,0",
        "IPv4 cut short,08004500001c,0",
        "a DHCP question," + FROM_NOBODY + "ffffffff" + DHCP_PORTS + DHCP + "020000000002,1",
        "one of another's card," + FROM_NOBODY + "ffffffff" + DHCP_PORTS + DHCP + "020000000003,0",
        "one cut short," + FROM_NOBODY + "ffffffff" + DHCP_PORTS + DHCP + "0200000000,0",
        "one to one station," + FROM_NOBODY + "0a000001" + DHCP_PORTS + DHCP + "020000000002,0",
        "an answer," + FROM_NOBODY + "ffffffff" + "0043004400f80000" + DHCP + "020000000002,0",
        "from nobody to all,"
                + FROM_NOBODY
                + "ffffffff"
                + "0001000200080000"
                + DHCP
                + "020000000002,0",
        "own ARP," + ARP + "0200000000020a000002" + "0000000000000a000001,1",
        "an ARP probe," + ARP + "02000000000200000000" + "0000000000000a000002,1",
        "ARP for another," + ARP + "0200000000020a000001" + "0000000000000a000001,0",
        "ARP with another's MAC," + ARP + "5254000000010a000002" + "0000000000000a000001,0",
        "ARP cut short," + ARP + "0200000000020a00,0",
        "own IPv6,"
                + ICMP6
                + "00081140"
                + "20010db8000000000000000000000002"
                + "20010db8000000000000000000000001"
                + "0001000200080000,1",
        "another's IPv6,"
                + ICMP6
                + "00081140"
                + "20010db8000000000000000000000003"
                + "20010db8000000000000000000000001"
                + "0001000200080000,0",
        "an advertisement of an own address,"
                + ICMP6
                + "00183aff"
                + "fe80000000000000000000fffe000002"
                + "ff020000000000000000000000000001"
                + "8800000020000000"
                + "20010db8000000000000000000000002,1",
        "an advertisement of another's,"
                + ICMP6
                + "00183aff"
                + "fe80000000000000000000fffe000002"
                + "ff020000000000000000000000000001"
                + "8800000020000000"
                + "20010db8000000000000000000000001,0",
        "the same behind an extension header,"
                + ICMP6
                + "002000ff"
                + "fe80000000000000000000fffe000002"
                + "ff020000000000000000000000000001"
                + "3a00010400000000"
                + "8800000020000000"
                + "20010db8000000000000000000000001,0",
        "the same in a fragment,"
                + ICMP6
                + "00202cff"
                + "fe80000000000000000000fffe000002"
                + "ff020000000000000000000000000001"
                + "3a00000000000001"
                + "8800000020000000"
                + "20010db8000000000000000000000001,0",
        "detection of a duplicate of an own address,"
                + ICMP6
                + "00183aff"
                + "00000000000000000000000000000000"
                + "ff0200000000000000000001ff000002"
                + "8700000000000000"
                + "20010db8000000000000000000000002,1",
        "a packet from nobody,"
                + ICMP6
                + "00081140"
                + "00000000000000000000000000000000"
                + "20010db8000000000000000000000001"
                + "0001000200080000,0"
    })
    void aGuestClaimsItsOwnIpAddressesOnly(String what, String hex, int passes) {
        packets.addPort(HOST, host, PortPolicy.station(HOST_MAC, 1500));
        List<InetAddress> own =
                List.of(InetAddress.ofLiteral("10.0.0.2"), InetAddress.ofLiteral("2001:db8::2"));
        packets.addPort(
                FIRST,
                first,
                PortPolicy.station(FIRST_MAC, 1500).withClaims(AddressClaims.only(FIRST_MAC, own)));
        byte[] frame = HexFormat.of().parseHex(TO_HOST + hex);
        byte[] bytes = new byte[NetHeader.BYTES + frame.length];
        MemorySegment.copy(
                MemorySegment.ofArray(frame),
                0,
                MemorySegment.ofArray(bytes),
                NetHeader.BYTES,
                frame.length);
        first.sends(bytes);
        packets.doWork();
        assertEquals(passes, host.received().size());
        PortCounters counters = packets.counters(FIRST);
        assertEquals(
                1 - passes,
                counters.taken(Verdict.DROP_SPOOFED_IP) + counters.taken(Verdict.DROP_SPOOFED_ARP));
    }
}
