package org.cofferdam.proxy.hostport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ObjLongConsumer;
import java.util.function.UnaryOperator;
import org.cofferdam.proxy.frame.HeaderFault;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.OffloadCheck;
import org.cofferdam.proxy.frame.Segmenter;
import org.cofferdam.proxy.frame.Tcp;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.frame.Udp;
import org.cofferdam.proxy.frame.Wire;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.Selection;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.junit.jupiter.api.Test;

/** Which segments and datagrams become one frame, and that cutting it again gives the very same. */
class CoalescerTest {
    private static final ValueLayout.OfShort BIG_ENDIAN_WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int MSS = 1448;

    private final Burst burst = new Burst();
    private final Selection selection = new Selection(burst.capacity());
    private final List<byte[]> written = new ArrayList<>();
    private Verdict answer = Verdict.FORWARDED;
    private final Coalescer coalescer = coalescer(true);

    @Test
    void consecutiveSegmentsBecomeOneFrameThatIsCutIntoTheSameSegments() {
        for (boolean four : new boolean[] {true, false}) {
            burst.clear();
            List<byte[]> segments = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                segments.add(
                        add(
                                segment(four, i, i < 9 ? MSS : 700)
                                        .flags(i < 9 ? Tcp.ACK : Tcp.ACK | Tcp.PSH)));
            }
            send();
            assertEquals(1, written.size());
            MemorySegment large = MemorySegment.ofArray(written.getFirst());
            assertEquals(NetHeader.NEEDS_CSUM, NetHeader.flags(large, 0));
            assertEquals(
                    four ? NetHeader.GSO_TCPV4 : NetHeader.GSO_TCPV6, NetHeader.gsoType(large, 0));
            assertEquals(MSS, NetHeader.gsoSize(large, 0));
            assertCutInto(segments, large);
        }
    }

    @Test
    void aFrameGrowsToTheLargestIpPacketAndNoFurther() {
        List<byte[]> segments = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            segments.add(add(segment(true, i, MSS)));
        }
        send();
        assertEquals(2, written.size());
        int perFrame = (65_535 - 20 - 32) / MSS;
        assertEquals(NetHeader.BYTES + 66 + perFrame * MSS, written.getFirst().length);
        assertCutInto(segments.subList(0, perFrame), MemorySegment.ofArray(written.get(0)));
        assertCutInto(segments.subList(perFrame, 60), MemorySegment.ofArray(written.get(1)));
    }

    @Test
    void aLoneSegmentIsWrittenAsItIs() {
        byte[] segment = add(segment(true, 0, MSS));
        send();
        assertEquals(1, written.size());
        assertArrayEquals(segment, frameOf(written.getFirst()));
    }

    @Test
    void partialChecksumsMayJoinCompleteOnes() {
        List<byte[]> segments = new ArrayList<>();
        segments.add(add(segment(true, 0, MSS)));
        TestFrame partial = segment(true, 1, MSS);
        segments.add(add(partial));
        int last = burst.count() - 1;
        partial.partialChecksum().write(burst.memory(), burst.frame(last));
        NetHeader.write(
                burst.memory(),
                burst.header(last),
                NetHeader.NEEDS_CSUM,
                0,
                0,
                0,
                34,
                Tcp.CHECKSUM);
        send();
        assertEquals(1, written.size());
        assertCutInto(segments, MemorySegment.ofArray(written.getFirst()));
    }

    @Test
    void segmentsThatDifferInAnythingThatWouldBeLostStayApart() {
        assertApart("other sequence", f -> f.sequence(sequence(1) + 1));
        assertApart("gap", f -> f.sequence(sequence(2)));
        assertApart("repeated", f -> f.sequence(sequence(0)));
        assertApart("other acknowledgement", f -> f.acknowledgement(78));
        assertApart("other window", f -> f.window(513));
        assertApart("other timestamp", f -> f.timestamp(1));
        assertApart("other flow", f -> f.ports(5001, 40001));
        assertApart("larger", f -> f.payload(1, MSS + 1));
        assertApart("no data", f -> f.payload(1, 0));
        assertApart("other time to live", f -> f.timeToLive(63));
        assertApart("other type of service", f -> f.typeOfService(3));
        assertApart("other identification", f -> f.identification(7));
        assertApart("may be fragmented", f -> f.fragment(0));
        assertApart("fragment", f -> f.fragment(0x2000));
        for (int flags : new int[] {Tcp.FIN, Tcp.SYN, Tcp.RST, Tcp.URG, Tcp.ECE, Tcp.CWR}) {
            assertApart("flags " + flags, f -> f.flags(Tcp.ACK | flags));
        }
        assertApart("no acknowledgement", f -> f.flags(Tcp.PSH));
    }

    @Test
    void aWrongChecksumIsNeverMadeRight() {
        for (int wrong = 0; wrong < 2; wrong++) {
            for (int place : new int[] {24, 50, 70, 1000}) {
                burst.clear();
                List<byte[]> segments =
                        new ArrayList<>(
                                List.of(add(segment(true, 0, MSS)), add(segment(true, 1, MSS))));
                long at = burst.frame(wrong) + place;
                burst.memory().set(ValueLayout.JAVA_BYTE, at, (byte) 0x5a);
                segments.set(
                        wrong,
                        TestFrame.bytes(burst.memory(), burst.frame(wrong), burst.length(wrong)));
                send();
                assertEquals(2, written.size());
                assertArrayEquals(segments.get(0), frameOf(written.get(0)));
                assertArrayEquals(segments.get(1), frameOf(written.get(1)));
            }
        }
    }

    @Test
    void paddingIsNotData() {
        add(segment(true, 0, MSS));
        TestFrame second = segment(true, 1, 2);
        second.write(burst.memory(), burst.next() + NetHeader.BYTES);
        NetHeader.clear(burst.memory(), burst.next());
        burst.add(second.length() + 4);
        send();
        assertEquals(2, written.size());
    }

    @Test
    void tinySegmentsStayApart() {
        add(segment(true, 0, 47).sequence(0));
        add(segment(true, 1, 47).sequence(47));
        send();
        assertEquals(2, written.size());
    }

    @Test
    void pushEndsAFrameAndTheNextOneBeginsAfresh() {
        add(segment(true, 0, MSS));
        add(segment(true, 1, MSS).flags(Tcp.ACK | Tcp.PSH));
        add(segment(true, 2, MSS));
        add(segment(true, 3, MSS));
        send();
        assertEquals(2, written.size());
        MemorySegment first = MemorySegment.ofArray(written.get(0));
        assertEquals(Tcp.ACK | Tcp.PSH, Tcp.flags(first, NetHeader.BYTES + 34));
        assertEquals(
                Tcp.ACK, Tcp.flags(MemorySegment.ofArray(written.get(1)), NetHeader.BYTES + 34));
    }

    @Test
    void connectionsSideBySideAreJoinedEachForItself() {
        for (int i = 0; i < 6; i++) {
            add(segment(true, i, MSS));
            add(segment(true, i, MSS).ports(1, 2));
            add(segment(false, i, MSS));
            add(TestFrame.udp4());
        }
        send();
        // Datagrams of one identification are joined as those of a sender that does not count.
        assertEquals(4, written.size());
    }

    @Test
    void moreConnectionsThanFitSideBySideStillKeepTheirOrder() {
        List<List<byte[]>> flows = new ArrayList<>();
        for (int flow = 0; flow < 20; flow++) {
            flows.add(new ArrayList<>());
        }
        for (int i = 0; i < 5; i++) {
            for (int flow = 0; flow < 20; flow++) {
                flows.get(flow).add(add(segment(true, i, 100).ports(flow, 9)));
            }
        }
        send();
        assertEveryFlowInOrder(flows);
    }

    @Test
    void datagramsOfOneSizeBecomeOneFrameThatIsCutIntoTheSameDatagrams() {
        for (boolean four : new boolean[] {true, false}) {
            burst.clear();
            List<byte[]> datagrams = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                datagrams.add(add(datagram(four, i, i < 9 ? 64 : 1)));
            }
            send();
            assertEquals(1, written.size());
            MemorySegment large = MemorySegment.ofArray(written.getFirst());
            assertEquals(NetHeader.NEEDS_CSUM, NetHeader.flags(large, 0));
            assertEquals(NetHeader.GSO_UDP, NetHeader.gsoType(large, 0));
            assertEquals(64, NetHeader.gsoSize(large, 0));
            assertCutInto(datagrams, large);
        }
    }

    @Test
    void noFrameHasMoreDatagramsThanEveryKernelTakes() {
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            datagrams.add(add(datagram(true, i, 64)));
        }
        send();
        assertEquals(2, written.size());
        assertCutInto(datagrams.subList(0, 64), MemorySegment.ofArray(written.get(0)));
        assertCutInto(datagrams.subList(64, 100), MemorySegment.ofArray(written.get(1)));
    }

    @Test
    void datagramsThatDifferInAnythingThatWouldBeLostStayApart() {
        assertDatagramsApart("larger", f -> f.payload(1, 65));
        assertDatagramsApart("no data", f -> f.payload(1, 0));
        assertDatagramsApart("other flow", f -> f.ports(5001, 40001));
        assertDatagramsApart("other time to live", f -> f.timeToLive(63));
        assertDatagramsApart("other type of service", f -> f.typeOfService(3));
        assertDatagramsApart("other identification", f -> f.identification(7));
        assertDatagramsApart("fragment", f -> f.fragment(0x2000));
        // Moved into the data and out of the field, so that the sum over all of it is right as
        // before.
        assertOneApart(
                "no checksum",
                true,
                (memory, udp) -> {
                    long word = udp + Udp.HEADER_BYTES;
                    int sum = sum(Wire.u16(memory, word), Udp.checksum(memory, udp));
                    memory.set(BIG_ENDIAN_WORD, word, (short) sum);
                    Udp.putChecksum(memory, udp, 0);
                });
        assertOneApart(
                "shorter than its packet",
                true,
                (memory, udp) -> {
                    Udp.putLength(memory, udp, Udp.length(memory, udp) - 4);
                    Udp.putChecksum(memory, udp, sum(Udp.checksum(memory, udp), 4));
                });
    }

    @Test
    void aDatagramsWrongChecksumIsNeverMadeRight() {
        assertOneApart(
                "wrong checksum",
                false,
                (memory, udp) -> memory.set(ValueLayout.JAVA_BYTE, udp + 16, (byte) 0x5a));
    }

    @Test
    void datagramsStayOneByOneForASinkThatKnowsNoOthers() {
        Coalescer old = coalescer(false);
        for (int i = 0; i < 5; i++) {
            add(datagram(true, i, 64));
            selection.add(burst, i, Verdict.FORWARDED);
        }
        old.send(burst, selection);
        assertEquals(5, written.size());
    }

    @Test
    void randomDatagramsArriveCompleteAndInOrder() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 300; round++) {
            burst.clear();
            List<List<byte[]>> flows = new ArrayList<>();
            int[] identification = new int[4];
            for (int flow = 0; flow < 4; flow++) {
                flows.add(new ArrayList<>());
            }
            for (int i = 0; i < 100; i++) {
                int flow = random.nextInt(1 + random.nextInt(4));
                identification[flow] += random.nextInt(30) == 0 ? 2 : 1;
                TestFrame frame =
                        TestFrame.udp4()
                                .ports(flow, 9)
                                .identification(identification[flow])
                                .payload(i, random.nextInt(8) == 0 ? random.nextInt(600) : 300);
                flows.get(flow).add(add(frame));
            }
            send();
            assertEveryFlowInOrder(flows);
        }
    }

    private static TestFrame datagram(boolean four, int index, int payload) {
        return (four ? TestFrame.udp4() : TestFrame.udp6())
                .identification((0xfff0 + index) & 0xffff)
                .payload(index, payload);
    }

    private void assertDatagramsApart(String what, UnaryOperator<TestFrame> change) {
        burst.clear();
        List<byte[]> datagrams =
                List.of(add(datagram(true, 0, 64)), add(change.apply(datagram(true, 1, 64))));
        send();
        assertApartAs(datagrams, what);
    }

    /** As RFC 1071 adds. */
    private static int sum(int a, int b) {
        return ((a + b) & 0xffff) + ((a + b) >>> 16);
    }

    // Each of two datagrams is changed once, where its UDP header begins; the other one would go
    // with it. The sum over all of a changed one is then right, or not.
    private void assertOneApart(String what, boolean right, ObjLongConsumer<MemorySegment> change) {
        for (int which = 0; which < 2; which++) {
            burst.clear();
            List<byte[]> datagrams =
                    new ArrayList<>(
                            List.of(add(datagram(true, 0, 64)), add(datagram(true, 1, 64))));
            long frame = burst.frame(which);
            change.accept(burst.memory(), frame + TestFrame.udp4().transport());
            int length = burst.length(which);
            assertEquals(right, TestFrame.checksumsRight(burst.memory(), frame, length), what);
            datagrams.set(which, TestFrame.bytes(burst.memory(), frame, length));
            send();
            assertApartAs(datagrams, what);
        }
    }

    private void assertApartAs(List<byte[]> frames, String what) {
        assertEquals(2, written.size(), what);
        assertArrayEquals(frames.get(0), frameOf(written.get(0)), what);
        assertArrayEquals(frames.get(1), frameOf(written.get(1)), what);
    }

    @Test
    void randomTrafficArrivesCompleteAndInOrder() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 300; round++) {
            burst.clear();
            List<List<byte[]>> flows = new ArrayList<>();
            int[] next = new int[4];
            int[] identification = new int[4];
            for (int flow = 0; flow < 4; flow++) {
                flows.add(new ArrayList<>());
            }
            for (int i = 0; i < 100; i++) {
                int flow = random.nextInt(1 + random.nextInt(4));
                int payload = random.nextInt(8) == 0 ? random.nextInt(900) : 900;
                TestFrame frame =
                        TestFrame.tcp4()
                                .ports(flow, 9)
                                .sequence(next[flow])
                                .identification(identification[flow]++ & 0xffff)
                                .payload(next[flow], payload)
                                .timestamp(random.nextInt(30) == 0 ? 5 : 6)
                                .flags(
                                        Tcp.ACK
                                                | (random.nextInt(10) == 0 ? Tcp.PSH : 0)
                                                | (random.nextInt(40) == 0 ? Tcp.FIN : 0));
                next[flow] += payload;
                flows.get(flow).add(add(frame));
            }
            send();
            assertEveryFlowInOrder(flows);
        }
    }

    @Test
    void whenTheSinkRefusesALargeFrameAllItsSegmentsAreRefused() {
        add(segment(true, 0, MSS));
        add(TestFrame.udp4());
        add(segment(true, 1, MSS));
        answer = Verdict.DROP_NO_ROOM;
        send();
        assertEquals(2, written.size());
        for (int i = 0; i < 3; i++) {
            assertEquals(Verdict.DROP_NO_ROOM, selection.verdict(i));
        }
    }

    private Coalescer coalescer(boolean largeDatagrams) {
        return new Coalescer(
                (memory, header, bytes) -> {
                    written.add(TestFrame.bytes(memory, header, NetHeader.BYTES + bytes));
                    return answer;
                },
                largeDatagrams,
                burst.capacity());
    }

    private static int sequence(int index) {
        return -2 * MSS + index * MSS;
    }

    private static TestFrame segment(boolean four, int index, int payload) {
        return (four ? TestFrame.tcp4() : TestFrame.tcp6())
                .sequence(sequence(index))
                .identification((0xfff0 + index) & 0xffff)
                .payload(index * MSS, payload);
    }

    private byte[] add(TestFrame frame) {
        NetHeader.clear(burst.memory(), burst.next());
        int length = frame.write(burst.memory(), burst.next() + NetHeader.BYTES);
        burst.add(length);
        return TestFrame.bytes(burst.memory(), burst.frame(burst.count() - 1), length);
    }

    private void send() {
        written.clear();
        selection.clear();
        for (int i = 0; i < burst.count(); i++) {
            selection.add(burst, i, Verdict.FORWARDED);
        }
        coalescer.send(burst, selection);
    }

    private void assertApart(String what, UnaryOperator<TestFrame> change) {
        burst.clear();
        byte[] first = add(segment(true, 0, MSS));
        byte[] second = add(change.apply(segment(true, 1, MSS)));
        send();
        assertApartAs(List.of(first, second), what);
    }

    private void assertCutInto(List<byte[]> segments, MemorySegment large) {
        List<byte[]> cut = cut(large);
        assertEquals(segments.size(), cut.size());
        for (int i = 0; i < cut.size(); i++) {
            assertArrayEquals(segments.get(i), cut.get(i), "segment " + i);
        }
    }

    private void assertEveryFlowInOrder(List<List<byte[]>> flows) {
        List<List<byte[]>> got = new ArrayList<>();
        flows.forEach(flow -> got.add(new ArrayList<>()));
        for (byte[] frame : written) {
            for (byte[] segment : cut(MemorySegment.ofArray(frame))) {
                got.get(Tcp.ports(MemorySegment.ofArray(segment), 34) >>> 16).add(segment);
            }
        }
        for (int flow = 0; flow < flows.size(); flow++) {
            assertEquals(flows.get(flow).size(), got.get(flow).size());
            for (int i = 0; i < flows.get(flow).size(); i++) {
                assertArrayEquals(flows.get(flow).get(i), got.get(flow).get(i));
            }
        }
    }

    // What a receiver of the frame would put on a wire.
    private static List<byte[]> cut(MemorySegment large) {
        int length = (int) large.byteSize() - NetHeader.BYTES;
        if (NetHeader.gsoType(large, 0) == NetHeader.GSO_NONE) {
            return List.of(frameOf(large.toArray(ValueLayout.JAVA_BYTE)));
        }
        assertEquals(HeaderFault.NONE, new OffloadCheck().apply(large, 0, NetHeader.BYTES, length));
        Segmenter segmenter = new Segmenter();
        assertTrue(
                segmenter.begin(
                        large,
                        NetHeader.BYTES,
                        length,
                        NetHeader.gsoType(large, 0),
                        NetHeader.gsoSize(large, 0)));
        List<byte[]> cut = new ArrayList<>();
        MemorySegment target = MemorySegment.ofArray(new byte[segmenter.largest()]);
        for (int i = 0; i < segmenter.segments(); i++) {
            int bytes = segmenter.write(i, target, 0);
            cut.add(TestFrame.bytes(target, 0, bytes));
        }
        return cut;
    }

    private static byte[] frameOf(byte[] headerAndFrame) {
        return Arrays.copyOfRange(headerAndFrame, NetHeader.BYTES, headerAndFrame.length);
    }
}
