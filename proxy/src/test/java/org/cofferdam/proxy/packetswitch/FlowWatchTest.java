package org.cofferdam.proxy.packetswitch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.frame.Tcp;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.packetswitch.FlowWatch.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the switch sums up of a station: who it approaches, what comes back, and no more than there is room for. */
final class FlowWatchTest {
    private static final Mac GUEST = Mac.parse("02:00:00:00:00:02");

    private final MemorySegment memory = Arena.ofAuto().allocate(4096);
    private final FlowWatch watch = new FlowWatch(42);

    private void sends(TestFrame frame) {
        watch.sent(1000, memory, 0, frame.from(GUEST).write(memory, 0));
    }

    private void gets(TestFrame frame) {
        watch.given(1000, memory, 0, frame.write(memory, 0));
    }

    @Test
    void aConnectionIsItsFirstSegmentAndItsAnswer() {
        sends(TestFrame.tcp4().ports(40000, 443).flags(Tcp.SYN));
        gets(TestFrame.tcp4().ports(443, 40000).flags(Tcp.SYN | Tcp.ACK));
        sends(TestFrame.tcp4().ports(40000, 443).flags(Tcp.ACK));
        sends(TestFrame.tcp4().ports(40000, 443).flags(Tcp.ACK | Tcp.PSH).payload(1, 100));
        gets(TestFrame.tcp4().ports(443, 40000).flags(Tcp.ACK));
        sends(TestFrame.tcp6().ports(40000, 443).flags(Tcp.SYN));
        gets(TestFrame.tcp6().ports(443, 40000).flags(Tcp.RST | Tcp.ACK));
        sends(TestFrame.tcp4().ports(40001, 444).flags(Tcp.FIN));
        assertEquals(2, watch.get(Counter.TCP_OPENED));
        assertEquals(1, watch.get(Counter.TCP_ANSWERED));
        assertEquals(1, watch.get(Counter.TCP_RESETS));
        assertEquals(1, watch.get(Counter.TCP_ODD));
        assertEquals(3, watch.tcpTargets());
        assertEquals(3, watch.targets());
        assertEquals(Tcp.PROTOCOL, watch.protocol(0));
        assertEquals(443, watch.port(0));
        assertEquals(1, watch.packets(0));
        assertEquals(1000, watch.first(0));
        assertEquals(0xffff, watch.addressLow(0) >>> 32);
    }

    @Test
    void whatAServerDoesBeginsNothing() {
        gets(TestFrame.tcp4().flags(Tcp.SYN));
        sends(TestFrame.tcp4().flags(Tcp.SYN | Tcp.ACK));
        sends(TestFrame.tcp4().flags(Tcp.ACK).payload(1, 1000));
        sends(TestFrame.tcp4().flags(Tcp.FIN | Tcp.ACK));
        sends(TestFrame.tcp4().flags(Tcp.RST));
        assertTrue(!watch.isActive());
        assertEquals(0, watch.targets());
    }

    @Test
    void datagramsCountBothWaysAndTheFirstFewAreKeptByName() {
        for (int port = 1; port <= 500; port++) {
            sends(TestFrame.udp4().ports(53, port));
        }
        gets(TestFrame.udp4());
        assertEquals(500, watch.get(Counter.UDP_SENT));
        assertEquals(1, watch.get(Counter.UDP_RECEIVED));
        assertEquals(500, watch.udpTargets(), 40);
        assertEquals(1, watch.hosts());
        assertEquals(FlowWatch.TARGETS, watch.targets());
        watch.clear();
        assertEquals(0, watch.udpTargets() + watch.targets() + watch.hosts());
        assertEquals(0, watch.get(Counter.UDP_SENT));
    }

    @Test
    void fragmentsAndWhatIsCutOffAreNotLookedAt() {
        sends(TestFrame.udp4().fragment(0x00b9));
        int whole = TestFrame.tcp4().flags(Tcp.SYN).write(memory, 0);
        for (int length = 14; length < whole && length < 14 + 20 + 20; length++) {
            watch.sent(1, memory, 0, length);
            watch.given(1, memory, 0, length);
        }
        assertTrue(!watch.isActive());
        sends(TestFrame.udp4().fragment(0x2000));
        assertTrue(watch.isActive());
    }

    /** Whatever stands in a frame, no byte behind its end is looked at: the segment is as long as the frame. */
    @Test
    void anyBytesAtAllAreLookedAtWithinTheirBounds() {
        SplittableRandom random = new SplittableRandom(5);
        int[] types = {0x0800, 0x0806, 0x86dd};
        for (int i = 0; i < 200_000; i++) {
            byte[] frame = new byte[14 + random.nextInt(80)];
            random.nextBytes(frame);
            int type = types[i % 3];
            frame[12] = (byte) (type >>> 8);
            frame[13] = (byte) type;
            if (frame.length > 24) {
                frame[23] = (byte) (i % 2 == 0 ? 6 : 17);
                frame[20] = (byte) (i % 2 == 0 ? 6 : 17);
            }
            MemorySegment exact = MemorySegment.ofArray(frame);
            watch.sent(i, exact, 0, frame.length);
            watch.given(i, exact, 0, frame.length);
        }
        assertTrue(watch.isActive());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100, 1000, 5000, 100_000})
    void estimatesAreNearUntilThereAreTooMany(int different) {
        FlowSketch sketch = new FlowSketch();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < different; i++) {
                sketch.add(FlowSketch.mix(7, 0, i, 1));
            }
        }
        int expected = Math.min(different, FlowSketch.MOST);
        assertEquals(expected, sketch.estimate(), 1 + expected * 0.12);
    }

    @Test
    void aSummaryIsOfASecondAndAPortThatIsTakenAwayLeavesItsOwn() {
        long[] now = {0};
        ListRecorder recorder = new ListRecorder();
        PacketSwitch packets = new PacketSwitch(() -> now[0], recorder, new Burst(8, 1 << 20));
        MemoryPort guest = new MemoryPort();
        packets.addPort(new PortId(0), new MemoryPort(), PortPolicy.uplink(1500));
        packets.addPort(new PortId(2), guest, PortPolicy.station(GUEST, 1500));
        guest.sends(TestFrame.tcp4().from(GUEST).flags(Tcp.SYN));
        packets.doWork();
        now[0] = FlowWatch.PERIOD_NANOS - 1;
        packets.doWork();
        assertTrue(recorder.lines().stream().noneMatch(l -> l.startsWith("flows")));
        now[0]++;
        recorder.setRoom(0);
        packets.doWork();
        assertTrue(recorder.lines().isEmpty());
        recorder.setRoom(10);
        packets.doWork();
        assertTrue(recorder.lines().contains("flows 2 opened 1 targets 1"));
        packets.doWork();
        assertTrue(recorder.lines().isEmpty());
        guest.sends(TestFrame.tcp4().from(GUEST).flags(Tcp.SYN));
        packets.doWork();
        packets.changePolicy(new PortId(2), PortPolicy.station(GUEST, 1400));
        packets.removePort(new PortId(2));
        assertTrue(recorder.lines().contains("flows 2 opened 1 targets 1"));
    }

    /** Prints what a frame costs; it passes or fails nothing by that, but by what is allocated. */
    @Test
    void lookingAtAFrameAllocatesNothing() {
        int tcp = TestFrame.tcp4().flags(Tcp.ACK).payload(1, 1000).write(memory, 0);
        long datagram = 2048;
        int udp = TestFrame.udp4().payload(1, 18).write(memory, datagram);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        int frames = 5_000_000;
        for (int round = 0; round < 4; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            long began = System.nanoTime();
            for (int i = 0; i < frames; i++) {
                watch.sent(i, memory, 0, tcp);
            }
            double stream = (System.nanoTime() - began) / (double) frames;
            began = System.nanoTime();
            for (int i = 0; i < frames; i++) {
                watch.sent(i, memory, datagram, udp);
            }
            double one = (System.nanoTime() - began) / (double) frames;
            began = System.nanoTime();
            for (int i = 0; i < frames; i++) {
                // Another port each time: all tables and sketches are full.
                memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, datagram + 36, (short) i);
                watch.sent(i, memory, datagram, udp);
            }
            double many = (System.nanoTime() - began) / (double) frames;
            System.out.printf(
                    "flow watch: %.1f ns a TCP segment, %.1f ns a datagram to one, %.1f ns to 65536%n",
                    stream, one, many);
            watch.clear();
            long allocated = threads.getThreadAllocatedBytes(id) - before;
            if (round == 3) {
                assertTrue(allocated < frames, allocated + " bytes");
            }
        }
    }
}
