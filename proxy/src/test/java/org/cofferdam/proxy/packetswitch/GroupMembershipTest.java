package org.cofferdam.proxy.packetswitch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of what is sent to groups, a guest hears what nobody joins and what it has joined itself. */
final class GroupMembershipTest {
    private static final PortId HOST = new PortId(1);
    private static final PortId GUEST = new PortId(2);
    private static final Mac HOST_MAC = Mac.parse("52:54:00:00:00:01");
    private static final Mac GUEST_MAC = Mac.parse("02:00:00:00:00:02");

    // Frames of Linux 6.18: IGMPv3 and MLDv2 reports that join and leave 239.1.2.3 and
    // ff15::1234.
    private static final String JOIN4 =
            "01005e000016020000000002080046c00028000040000102f9f70a000002e000001694040000"
                    + "2200e8f90000000104000000ef010203";
    private static final String LEAVE4 =
            "01005e000016020000000002080046c00028000040000102f9f70a000002e000001694040000"
                    + "2200e9f90000000103000000ef010203";
    private static final String MLD =
            "33330000001602000000000286dd6000000000240001fe80000000000000000000fffe000002"
                    + "ff0200000000000000000000000000163a00050200000100";
    private static final String JOIN6 =
            MLD + "8f005ec20000000104000000ff150000000000000000000000001234";
    private static final String LEAVE6 =
            MLD + "8f005fc20000000103000000ff150000000000000000000000001234";

    // Of the older versions, which Linux speaks where a querier does.
    private static final String IGMP =
            "01005e010203020000000002080046c00020000040000102f9ff0a000002ef01020394040000";
    private static final String MLD1 =
            "33330000123402000000000286dd6000000000200001fe80000000000000000000fffe000002"
                    + "ff1500000000000000000000000012343a00050200000100";
    private static final String GROUP6 = "00000000" + "ff150000000000000000000000001234";

    private static final long MAC4 = 0x0100_5e01_0203L;
    private static final long MAC6 = 0x3333_0000_1234L;

    private final MemoryPort host = new MemoryPort();
    private final MemoryPort guest = new MemoryPort();
    private final PacketSwitch packets =
            new PacketSwitch(() -> 0L, CrossingRecorder.NONE, new Burst());

    @BeforeEach
    void aGuestThatHearsWhatItJoins() {
        packets.addPort(HOST, host, PortPolicy.station(HOST_MAC, 1500));
        packets.addPort(
                GUEST,
                guest,
                PortPolicy.station(GUEST_MAC, 1500).withGroups(PortPolicy.Groups.JOINED));
    }

    private void guestSends(String hex) {
        byte[] frame = HexFormat.of().parseHex(hex);
        byte[] bytes = new byte[NetHeader.BYTES + frame.length];
        System.arraycopy(frame, 0, bytes, NetHeader.BYTES, frame.length);
        guest.sends(bytes);
        packets.doWork();
    }

    private int heard(long group) {
        host.sends(TestFrame.udp4().from(HOST_MAC).to(group));
        packets.doWork();
        return guest.received().size();
    }

    @Test
    void whatWasNotJoinedIsNotHeard() {
        assertEquals(0, heard(MAC4));
        assertEquals(0, heard(MAC6));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                Mac.BROADCAST,
                0x0100_5e00_0001L,
                0x0100_5e00_00fbL,
                0x3333_0000_0001L,
                0x3333_ff00_0002L
            })
    void whatNobodyJoinsIsHeard(long group) {
        assertEquals(1, heard(group));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "IGMPv3," + JOIN4 + "," + LEAVE4 + ",true",
        "MLDv2," + JOIN6 + "," + LEAVE6 + ",false",
        "IGMPv2," + IGMP + "1600fafbef010203," + IGMP + "1700f9fbef010203,true",
        "MLDv1," + MLD1 + "83000000" + GROUP6 + "," + MLD1 + "84000000" + GROUP6 + ",false"
    })
    void aGroupIsHeardFromItsReportOnUntilItIsLeft(
            String version, String join, String leave, boolean ipv4) {
        long group = ipv4 ? MAC4 : MAC6;
        long other = ipv4 ? MAC6 : MAC4;
        guestSends(join);
        assertEquals(1, heard(group));
        assertEquals(0, heard(other));
        guestSends(leave);
        assertEquals(0, heard(group));
    }

    @Test
    void groupsThatShareAnAddressAreLeftOneByOne() {
        guestSends(JOIN4);
        // 238.129.2.3 has the same lowest 23 bits.
        guestSends(JOIN4.replace("ef010203", "ee810203"));
        guestSends(LEAVE4);
        assertEquals(1, heard(MAC4));
        guestSends(LEAVE4.replace("ef010203", "ee810203"));
        assertEquals(0, heard(MAC4));
    }

    @Test
    void whatWasJoinedOutlivesAChangeOfPolicy() {
        guestSends(JOIN4);
        packets.changePolicy(
                GUEST, PortPolicy.station(GUEST_MAC, 1400).withGroups(PortPolicy.Groups.JOINED));
        assertEquals(1, heard(MAC4));
    }

    @Test
    void aGuestThatJoinsWithoutEndIsRefusedTheRestAndOthersHearNothingOfIt() {
        for (int i = 0; i < 3 * GroupTable.MOST; i++) {
            guestSends(JOIN4.replace("ef010203", "ef0102%02x".formatted(i)));
        }
        assertEquals(2 * GroupTable.MOST, packets.counters(GUEST).get(PortCounter.GROUPS_REFUSED));
        assertEquals(1, heard(0x0100_5e01_0200L));
        assertEquals(0, heard(0x0100_5e01_0200L + GroupTable.MOST));
    }

    /** Cut off anywhere, and with any byte changed: nothing comes of it but what the guest may hear anyway. */
    @Test
    void aReportThatLiesHarmsNobody() {
        SplittableRandom random = new SplittableRandom(11);
        String[] reports = {JOIN4, JOIN6, MLD1 + "83000000" + GROUP6};
        for (int round = 0; round < 20_000; round++) {
            byte[] frame = HexFormat.of().parseHex(reports[round % reports.length]);
            for (int i = random.nextInt(4); i > 0; i--) {
                frame[12 + random.nextInt(frame.length - 12)] = (byte) random.nextInt();
            }
            int length = 14 + random.nextInt(frame.length - 13);
            // Exactly as long as the frame: a read behind its end is an error.
            MemorySegment exact = MemorySegment.ofArray(frame).asSlice(0, length);
            GroupTable groups = new GroupTable();
            int refused = MembershipReport.apply(exact, 0, length, groups);
            assertEquals(0, refused);
        }
    }
}
