package org.cofferdam.proxy.packetswitch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.cofferdam.proxy.capture.CaptureRing;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.Tcp;
import org.cofferdam.proxy.frame.TestFrame;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What passes between ports, what does not, and what is recorded of it. */
class PacketSwitchTest {
    private static final PortId UPLINK = new PortId(0);
    private static final PortId HOST = new PortId(1);
    private static final PortId GUEST = new PortId(2);
    private static final Mac HOST_MAC = TestFrame.HOST;
    private static final Mac GUEST_MAC = Mac.parse("52:54:00:00:00:99");
    private static final Mac STRANGER = TestFrame.OUTSIDE;
    private static final int MTU = 1500;

    private final MemoryPort uplink = new MemoryPort();
    private final MemoryPort host = new MemoryPort();
    private final MemoryPort guest = new MemoryPort();
    private final ListRecorder recorder = new ListRecorder();
    private long now = 1_000_000_000L;
    private PacketSwitch packets;

    @BeforeEach
    void join() {
        packets = new PacketSwitch(() -> now, recorder, new Burst(8, 1 << 20));
        packets.addPort(UPLINK, uplink, PortPolicy.uplink(MTU));
        packets.addPort(HOST, host, PortPolicy.station(HOST_MAC, MTU));
        packets.addPort(GUEST, guest, PortPolicy.station(GUEST_MAC, MTU));
    }

    @Test
    void aFrameFromOutsideReachesTheHostUnchangedAndIsOnRecordTwice() {
        TestFrame frame = TestFrame.tcp4();
        uplink.sends(frame);
        assertEquals(1, packets.doWork());
        byte[] expected = new byte[NetHeader.BYTES + frame.length()];
        frame.write(MemorySegment.ofArray(expected), NetHeader.BYTES);
        assertArrayEquals(expected, host.received().getFirst());
        assertEquals(0, guest.received().size());
        String packet = frame.length() + ":FORWARDED";
        assertEquals(List.of("in 0 " + packet, "out 1 " + packet), recorder.lines());
        assertEquals(1, packets.counters(UPLINK).get(PortCounter.FRAMES_IN));
        assertEquals(1, packets.counters(HOST).get(PortCounter.FRAMES_OUT));
        assertEquals(frame.length(), packets.counters(HOST).get(PortCounter.BYTES_OUT));
    }

    @Test
    void whatTheHostSendsToAStrangerLeavesByTheUplink() {
        host.sends(fromHost());
        packets.doWork();
        assertEquals(1, uplink.received().size());
        assertEquals(0, guest.received().size());
    }

    @Test
    void hostAndGuestReachEachOtherWithoutTheUplink() {
        host.sends(fromHost().to(GUEST_MAC.value()));
        guest.sends(TestFrame.tcp4().from(GUEST_MAC).to(HOST_MAC.value()));
        packets.doWork();
        assertEquals(1, host.received().size());
        assertEquals(1, guest.received().size());
        assertEquals(0, uplink.received().size());
    }

    @Test
    void aBroadcastReachesAllButItsSender() {
        guest.sends(TestFrame.udp4().from(GUEST_MAC).to(Mac.BROADCAST));
        packets.doWork();
        assertEquals(1, host.received().size());
        assertEquals(1, uplink.received().size());
        assertEquals(0, guest.received().size());
        assertEquals(1, packets.counters(GUEST).taken(Verdict.FLOODED));
    }

    @Test
    void aStationSendsFromItsOwnAddressOnly() {
        host.sends(TestFrame.tcp4().from(STRANGER).to(GUEST_MAC.value()));
        host.sends(TestFrame.tcp4().from(GUEST_MAC).to(GUEST_MAC.value()));
        assertDropped(HOST, Verdict.DROP_SPOOFED_MAC, 2);
    }

    @Test
    void nobodyOutsideMayUseAStationsAddress() {
        uplink.sends(TestFrame.tcp4().from(GUEST_MAC));
        uplink.sends(TestFrame.tcp4().from(HOST_MAC));
        assertDropped(UPLINK, Verdict.DROP_SPOOFED_MAC, 2);
    }

    @Test
    void aGroupAddressSendsNothing() {
        TestFrame frame = TestFrame.tcp4();
        byte[] bytes = new byte[NetHeader.BYTES + frame.length()];
        frame.write(MemorySegment.ofArray(bytes), NetHeader.BYTES);
        bytes[NetHeader.BYTES + 6] |= 1;
        uplink.sends(bytes);
        assertDropped(UPLINK, Verdict.DROP_SPOOFED_MAC, 1);
    }

    @Test
    void typesThatThePolicyDoesNotListAreDropped() {
        uplink.sends(withType(0x88cc))
                .sends(withType(0x8100))
                .sends(withType(46))
                .sends(withType(0x0806));
        packets.doWork();
        assertEquals(3, packets.counters(UPLINK).taken(Verdict.DROP_ETHERTYPE));
        assertEquals(1, host.received().size());
    }

    @Test
    void anOperatorMayAllowOtherTypes() {
        packets.removePort(UPLINK);
        packets.addPort(UPLINK, uplink, PortPolicy.uplink(MTU).withEtherTypes(Set.of(0x88b5)));
        uplink.sends(withType(0x88b5)).sends(TestFrame.tcp4());
        packets.doWork();
        assertEquals(1, host.received().size());
        assertEquals(1, packets.counters(UPLINK).taken(Verdict.DROP_ETHERTYPE));
    }

    @Test
    void framesThatBridgesKeepToThemselvesDoNotPass() {
        uplink.sends(TestFrame.udp4().to(0x0180_c200_0000L))
                .sends(TestFrame.udp4().to(0x0180_c200_000eL));
        assertDropped(UPLINK, Verdict.DROP_POLICY, 2);
        uplink.sends(TestFrame.udp4().to(0x0180_c200_0010L));
        packets.doWork();
        assertEquals(1, host.received().size());
    }

    @Test
    void aFrameLongerThanThePortMaySendIsDropped() {
        TestFrame largest = TestFrame.tcp4();
        largest.payload(1, MTU - (largest.headers() - Ethernet.HEADER_BYTES));
        uplink.sends(largest);
        packets.doWork();
        assertEquals(1, host.received().size());
        recorder.lines();
        uplink.sends(largest.payload(1, MTU + 1 - (largest.headers() - Ethernet.HEADER_BYTES)));
        assertDropped(UPLINK, Verdict.DROP_SIZE, 1);
    }

    @Test
    void aLargeFrameIsJudgedByItsSegments() {
        host.sends(large(1448), gso(1448));
        host.sends(large(1449), gso(1449));
        packets.doWork();
        assertEquals(1, uplink.received().size());
        assertEquals(1, packets.counters(HOST).taken(Verdict.DROP_SIZE));
    }

    @Test
    void aHeaderThatDoesNotFitItsFrameIsDropped() {
        MemorySegment lie = MemorySegment.ofArray(new byte[NetHeader.BYTES]);
        NetHeader.write(lie, 0, NetHeader.NEEDS_CSUM, 0, 0, 0, 5000, 16);
        uplink.sends(TestFrame.tcp4(), lie);
        uplink.sends(new byte[NetHeader.BYTES + 13]);
        assertDropped(UPLINK, Verdict.DROP_MALFORMED, 2);
    }

    @Test
    void anUnknownDestinationFromOutsideIsDropped() {
        uplink.sends(TestFrame.tcp4().to(STRANGER.value()));
        assertDropped(UPLINK, Verdict.DROP_NO_DESTINATION, 1);
    }

    @Test
    void aFrameToItsOwnSenderGoesNowhere() {
        host.sends(fromHost().to(HOST_MAC.value()));
        assertDropped(HOST, Verdict.DROP_NO_DESTINATION, 1);
    }

    @Test
    void aPortAboveItsPacketRateIsCutBackAndRecovers() {
        packets.removePort(HOST);
        packets.addPort(HOST, host, PortPolicy.station(HOST_MAC, MTU).withRate(20, 0));
        // A tenth of a second's worth at once, then one each 50 ms.
        for (int i = 0; i < 5; i++) {
            host.sends(fromHost());
        }
        packets.doWork();
        assertEquals(2, uplink.received().size());
        assertEquals(3, packets.counters(HOST).taken(Verdict.DROP_RATE));
        now += 50_000_000;
        host.sends(fromHost()).sends(fromHost());
        packets.doWork();
        assertEquals(1, uplink.received().size());
    }

    @Test
    void aLargeFrameCountsAsItsSegmentsAndItsBits() {
        packets.removePort(HOST);
        packets.addPort(HOST, host, PortPolicy.station(HOST_MAC, MTU).withRate(50, 0));
        host.sends(large(1448), gso(1448)).sends(large(1448), gso(1448));
        packets.doWork();
        // Three segments of the five that the bucket holds, then no room for three more.
        assertEquals(1, uplink.received().size());
        packets.removePort(HOST);
        packets.addPort(HOST, host, PortPolicy.station(HOST_MAC, MTU).withRate(0, 10 * 8 * 500));
        host.sends(fromHost().payload(1, 300)).sends(fromHost().payload(1, 300));
        packets.doWork();
        assertEquals(1, uplink.received().size());
    }

    @Test
    void whenTheAuditRingIsFullNothingIsTakenAndNothingIsLost() {
        uplink.sends(TestFrame.tcp4());
        recorder.setRoom(3);
        assertEquals(0, packets.doWork());
        assertTrue(packets.heldBack(UPLINK));
        assertEquals(1, uplink.waiting());
        assertEquals(1, packets.counters(UPLINK).get(PortCounter.HELD_FOR_AUDIT));
        recorder.setRoom(1000);
        assertEquals(1, packets.doWork());
        assertFalse(packets.heldBack(UPLINK));
        assertEquals(1, host.received().size());
    }

    @Test
    void aPortWhoseAuditRingIsFullHoldsNobodyElseBack() {
        uplink.sends(TestFrame.tcp4());
        host.sends(fromHost());
        recorder.setFull(UPLINK, true);
        assertEquals(1, packets.doWork());
        assertEquals(1, uplink.received().size(), "what the host sends goes on");
        assertTrue(packets.heldBack(UPLINK));
        assertTrue(packets.waitsForAudit());
        recorder.setFull(UPLINK, false);
        assertEquals(1, packets.doWork());
        assertFalse(packets.waitsForAudit());
        assertEquals(1, host.received().size());
    }

    @Test
    void whenTheUplinkIsFullItsSendersWaitAndNothingIsLost() {
        uplink.setGate(new CountingGate(0));
        host.sends(fromHost());
        uplink.sends(TestFrame.tcp4());
        assertEquals(1, packets.doWork());
        assertTrue(packets.heldBack(HOST));
        assertFalse(packets.heldBack(UPLINK));
        assertEquals(1, host.waiting());
        assertEquals(1, host.received().size(), "the other direction goes on");
        assertEquals(1, packets.counters(HOST).get(PortCounter.HELD_FOR_UPLINK));
        uplink.setGate(new CountingGate(1));
        host.sends(fromHost());
        packets.doWork();
        assertEquals(1, host.waiting(), "one frame was admitted, the other waits");
        assertEquals(1, uplink.received().size());
    }

    @Test
    void whatAReceiverHasNoRoomForIsCountedAndOnRecord() {
        host.setRoom(1);
        TestFrame frame = TestFrame.tcp4();
        uplink.sends(frame).sends(frame);
        packets.doWork();
        assertEquals(1, packets.counters(HOST).given(Verdict.DROP_NO_ROOM));
        assertEquals(1, packets.counters(HOST).given(Verdict.FORWARDED));
        assertEquals(1, packets.counters(HOST).get(PortCounter.FRAMES_OUT));
        int n = frame.length();
        assertEquals(
                "out 1 %d:FORWARDED %d:DROP_NO_ROOM".formatted(n, n), recorder.lines().getLast());
    }

    @Test
    void aBurstIsNotLongerThanItsSlabAndTheRestComesNext() {
        for (int i = 0; i < 20; i++) {
            uplink.sends(TestFrame.tcp4());
        }
        assertEquals(8, packets.doWork());
        assertEquals(8, packets.doWork());
        assertEquals(4, packets.doWork());
        assertEquals(20, host.received().size());
    }

    @Test
    void sendersAddressesLeaveNoTrace() {
        for (int i = 0; i < 1000; i++) {
            uplink.sends(TestFrame.tcp4().from(new Mac(0x0200_0000_0000L + i)));
            packets.doWork();
            host.sends(fromHost().to(0x0200_0000_0000L + i));
            packets.doWork();
        }
        // Answers still leave by the uplink: nothing was learned, so nothing can be filled up or
        // poisoned.
        assertEquals(1000, uplink.received().size());
        assertEquals(1000, host.received().size());
    }

    @Test
    void aPolicyMayChangeUnderTrafficAndCountersGoOn() {
        host.sends(fromHost());
        packets.doWork();
        packets.changePolicy(HOST, PortPolicy.station(STRANGER, MTU));
        host.sends(fromHost()).sends(TestFrame.tcp4().from(STRANGER).to(GUEST_MAC.value()));
        packets.doWork();
        assertEquals(1, guest.received().size());
        assertEquals(1, packets.counters(HOST).taken(Verdict.DROP_SPOOFED_MAC));
        assertEquals(2, packets.counters(HOST).taken(Verdict.FORWARDED));
        PortPolicy taken = PortPolicy.station(GUEST_MAC, MTU);
        assertThrows(IllegalArgumentException.class, () -> packets.changePolicy(HOST, taken));
    }

    @Test
    void noTwoPortsShareANumberOrAnAddressAndThereIsOneUplink() {
        PortId three = new PortId(3);
        MemoryPort port = new MemoryPort();
        PortPolicy taken = PortPolicy.station(GUEST_MAC, MTU);
        assertThrows(IllegalArgumentException.class, () -> packets.addPort(three, port, taken));
        PortPolicy second = PortPolicy.uplink(MTU);
        assertThrows(IllegalArgumentException.class, () -> packets.addPort(three, port, second));
        PortPolicy free = PortPolicy.station(STRANGER, MTU);
        assertThrows(IllegalArgumentException.class, () -> packets.addPort(GUEST, port, free));
        assertThrows(IllegalArgumentException.class, () -> new PortId(64));
        packets.removePort(GUEST);
        packets.addPort(three, port, taken);
    }

    @Test
    void policiesThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> PortPolicy.uplink(70_000));
        assertThrows(
                IllegalArgumentException.class,
                () -> PortPolicy.uplink(MTU).withEtherTypes(Set.of(0x5ff)));
        assertThrows(IllegalArgumentException.class, () -> PortPolicy.uplink(MTU).withRate(-1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new PortPolicy(
                                PortPolicy.Role.STATION,
                                Set.of(),
                                PortPolicy.USUAL_TYPES,
                                1514,
                                0,
                                0));
    }

    @Test
    void aStationThatDoesNotSpeakToTheWireDoesNotWaitForIt() {
        guest.sends(TestFrame.tcp4().from(GUEST_MAC).to(HOST_MAC.value()));
        packets.doWork();
        host.sends(fromHost());
        packets.doWork();
        uplink.setGate(new CountingGate(0));
        guest.sends(TestFrame.tcp4().from(GUEST_MAC).to(HOST_MAC.value()));
        host.sends(fromHost());
        packets.doWork();
        assertEquals(2, host.received().size());
        assertEquals(1, host.waiting(), "the host spoke to the wire");
    }

    @Test
    void whoWaitsForTheWireGoesOnWaitingHoweverLong() {
        host.sends(fromHost());
        packets.doWork();
        uplink.setGate(new CountingGate(0));
        host.sends(fromHost());
        for (int i = 0; i < 5; i++) {
            now += SwitchPort.FORGET_NANOS;
            packets.doWork();
        }
        assertEquals(1, host.waiting());
        uplink.setGate(ReceiveGate.OPEN);
        packets.doWork();
        assertEquals(2, uplink.received().size());
    }

    /** Both always have something to send. What a frame costs is {@link FairTurn}'s own measure. */
    @Test
    void aPortOfLargeFramesGetsNoMoreTimeThanOneOfSmallFrames() {
        PacketSwitch large = new PacketSwitch(() -> now, recorder, new Burst());
        large.addPort(UPLINK, uplink, PortPolicy.uplink(MTU));
        large.addPort(HOST, host, PortPolicy.station(HOST_MAC, MTU));
        large.addPort(GUEST, guest, PortPolicy.station(GUEST_MAC, MTU));
        int passes = 20;
        for (int i = 0; i < 256 * passes; i++) {
            host.sends(fromHost().payload(1, 1400));
            guest.sends(TestFrame.tcp4().from(GUEST_MAC).payload(1, 10));
        }
        for (int i = 0; i < passes; i++) {
            large.doWork();
        }
        long largeFrames = large.counters(HOST).get(PortCounter.FRAMES_IN);
        long smallFrames = large.counters(GUEST).get(PortCounter.FRAMES_IN);
        long largeCost = largeFrames * 128 + large.counters(HOST).get(PortCounter.BYTES_IN) / 8;
        long smallCost = smallFrames * 128 + large.counters(GUEST).get(PortCounter.BYTES_IN) / 8;
        long most = (long) passes * FairTurn.SHARE;
        assertTrue(Math.abs(most - largeCost) < most / 50, "large: " + largeCost);
        assertTrue(Math.abs(most - smallCost) < most / 50, "small: " + smallCost);
        assertTrue(smallFrames > 2 * largeFrames, smallFrames + " to " + largeFrames);
    }

    @Test
    void aPortThatWasSilentIsOwedNothing() {
        FairTurn turn = new FairTurn();
        for (int i = 0; i < 10; i++) {
            turn.towards(ReceiveGate.OPEN).open(now);
        }
        int frames = 0;
        while (turn.admits()) {
            turn.reserve(64);
            frames++;
        }
        assertEquals(1 + (FairTurn.SHARE - 1) / (128 + 8), frames);
    }

    private static TestFrame fromHost() {
        return TestFrame.tcp4().from(HOST_MAC).to(STRANGER.value());
    }

    private static TestFrame large(int segment) {
        return fromHost().payload(1, 2 * segment + 1).partialChecksum();
    }

    private static MemorySegment gso(int segment) {
        MemorySegment header = MemorySegment.ofArray(new byte[NetHeader.BYTES]);
        NetHeader.write(
                header, 0, NetHeader.NEEDS_CSUM, NetHeader.GSO_TCPV4, 0, segment, 34, Tcp.CHECKSUM);
        return header;
    }

    private static byte[] withType(int type) {
        byte[] bytes = new byte[NetHeader.BYTES + 60];
        Ethernet.write(
                MemorySegment.ofArray(bytes),
                NetHeader.BYTES,
                HOST_MAC.value(),
                STRANGER.value(),
                type);
        return bytes;
    }

    private void assertDropped(PortId port, Verdict verdict, int frames) {
        packets.doWork();
        assertEquals(frames, packets.counters(port).taken(verdict));
        assertEquals(
                0, uplink.received().size() + host.received().size() + guest.received().size());
        List<String> lines = recorder.lines();
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().startsWith("in " + port.value()));
        assertTrue(lines.getFirst().endsWith(":" + verdict));
    }

    /** Admits so many frames. */
    private static final class CountingGate implements ReceiveGate {
        private int left;

        CountingGate(int frames) {
            left = frames;
        }

        @Override
        public boolean open(long now) {
            return admits();
        }

        @Override
        public boolean admits() {
            return left > 0;
        }

        @Override
        public void reserve(int frameBytes) {
            left--;
        }
    }

    @Test
    void aCaptureSeesWhatIsTakenAndGivenWithVerdictsAndEndsWhenItIsToldTo() {
        CaptureRing ring = new CaptureRing(1 << 16, 96, -1, 0);
        List<String> seen = new ArrayList<>();
        packets.name(GUEST, "web");
        packets.capture(ring);
        host.sends(fromHost().to(GUEST_MAC.value()));
        host.sends(TestFrame.tcp4().from(STRANGER).to(GUEST_MAC.value()));
        packets.doWork();
        packets.endCapture(ring);
        host.sends(fromHost().to(GUEST_MAC.value()));
        packets.doWork();
        ring.drain(
                new CaptureRing.Reader() {
                    @Override
                    public void port(int port, String name) {
                        seen.add(port + " is " + name);
                    }

                    @Override
                    public void frame(
                            int port,
                            boolean out,
                            byte verdict,
                            long time,
                            int length,
                            MemorySegment memory,
                            long offset,
                            int bytes) {
                        seen.add((out ? "out " : "in ") + port + " " + Verdict.of(verdict));
                        assertEquals(now, time);
                        assertEquals(Math.min(length, CaptureRing.FILTER_BYTES), bytes);
                    }
                },
                1 << 16);
        assertEquals(
                List.of(
                        "0 is port 0",
                        "1 is port 1",
                        "2 is web",
                        "in 1 FORWARDED",
                        "in 1 DROP_SPOOFED_MAC",
                        "out 2 FORWARDED"),
                seen);
    }
}
