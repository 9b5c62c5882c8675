package org.cofferdam.proxy.uplink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.libos.ring.DriverRing;
import org.cofferdam.libos.ring.RingError;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.TestFrame;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.ListRecorder;
import org.cofferdam.proxy.packetswitch.MemoryPort;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.PortPolicy;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.cofferdam.proxy.virtqueue.QueueError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The domain's port, with an honest or a hostile driver behind it. */
class UplinkPortTest {
    private static final PortId UPLINK = new PortId(0);
    private static final PortId HOST = new PortId(1);
    private static final int MTU = 1500;

    private final ListRecorder recorder = new ListRecorder();
    private final UplinkPort uplink = new UplinkPort(UPLINK, recorder);
    private final MemoryPort host = new MemoryPort();
    private final TestDomain domain = new TestDomain();
    private long now = 1_000_000_000L;
    private PacketSwitch packets;

    @BeforeEach
    void join() {
        packets = new PacketSwitch(() -> now, recorder, new Burst(64, 1 << 20));
        packets.addPort(UPLINK, uplink, PortPolicy.uplink(MTU));
        packets.addPort(HOST, host, PortPolicy.station(TestFrame.HOST, MTU));
        domain.attachTo(uplink);
        recorder.lines();
    }

    @Test
    void whatTheDomainTransmitsReachesTheHost() {
        TestFrame frame = TestFrame.tcp4();
        domain.transmits(frame);
        assertTrue(uplink.hasFramesFromDomain());
        packets.doWork();
        byte[] expected = new byte[NetHeader.BYTES + frame.length()];
        frame.write(MemorySegment.ofArray(expected), NetHeader.BYTES);
        assertArrayEquals(expected, host.received().getFirst());
        assertEquals(1, domain.transmitCompletions());
        assertEquals(1, uplink.txTakenProgress());
        assertFalse(uplink.hasFramesFromDomain());
    }

    @Test
    void whatTheHostSendsReachesTheDomain() {
        domain.offersBuffers(128, 2048);
        TestFrame frame = fromHost();
        host.sends(frame);
        packets.doWork();
        byte[] received = domain.receives();
        assertEquals(NetHeader.BYTES + frame.length(), received.length);
        assertEquals(1, NetHeader.buffers(MemorySegment.ofArray(received), 0));
        assertTrue(
                TestFrame.checksumsRight(
                        MemorySegment.ofArray(received), NetHeader.BYTES, frame.length()));
    }

    @Test
    void aLargeFrameIsSpreadOverBuffers() {
        domain.offersBuffers(128, 1000);
        TestFrame frame = fromHost().payload(3, 60_000).partialChecksum();
        MemorySegment header = MemorySegment.ofArray(new byte[NetHeader.BYTES]);
        NetHeader.write(header, 0, NetHeader.NEEDS_CSUM, NetHeader.GSO_TCPV4, 0, 1448, 34, 16);
        host.sends(frame, header);
        packets.doWork();
        byte[] received = domain.receives();
        assertEquals(NetHeader.BYTES + frame.length(), received.length);
        int buffers = (received.length + 999) / 1000;
        assertEquals(buffers, NetHeader.buffers(MemorySegment.ofArray(received), 0));
        for (int i = 0; i < 60_000; i++) {
            assertEquals(
                    TestFrame.payloadByte(3, i), received[NetHeader.BYTES + frame.headers() + i]);
        }
    }

    @Test
    void framesWaitWithTheHostWhileTheDomainHasNoRoom() {
        host.sends(fromHost());
        packets.doWork();
        assertEquals(1, host.waiting());
        assertTrue(packets.heldBack(HOST));
        domain.offersBuffers(128, 2048);
        packets.doWork();
        assertEquals(0, host.waiting());
        assertEquals(NetHeader.BYTES + fromHost().length(), domain.receives().length);
    }

    @Test
    void everyFrameThatWasAdmittedFitsWhateverTheBuffersSizes() {
        SplittableRandom random = new SplittableRandom(5);
        int sent = 0;
        int received = 0;
        int dropped = 0;
        for (int round = 0; round < 400; round++) {
            for (int i = 0; i < 20; i++) {
                int bytes = 14 + random.nextInt(random.nextInt(20) == 0 ? 1400 : 100);
                // Some are dropped by the switch after they were admitted.
                boolean spoofed = random.nextInt(5) == 0;
                host.sends(
                        spoofed
                                ? fromHost().from(TestFrame.OUTSIDE)
                                : fromHost().payload(1, bytes));
                sent++;
            }
            domain.offersBuffersOfAnySize(random);
            packets.doWork();
            while (domain.receives().length > 0) {
                received++;
            }
        }
        dropped += (int) packets.counters(HOST).taken(Verdict.DROP_SPOOFED_MAC);
        assertEquals(0, packets.counters(UPLINK).given(Verdict.DROP_NO_ROOM));
        assertEquals(sent, received + dropped + host.waiting());
        assertTrue(received > 100);
        assertEquals(RingError.NONE, domain.receive().error());
    }

    @Test
    void anOffenceCostsTheDomainItsPortAndNothingElse() {
        domain.transmits(TestFrame.tcp4());
        domain.transmitRing().offer(0x7fff_ffff_ffff_0000L, 60, false, 1);
        domain.transmitRing().publish();
        packets.doWork();
        assertEquals(1, host.received().size(), "what came before the offence was honest");
        assertEquals(UplinkPort.State.REFUSED, uplink.state());
        assertEquals(QueueError.BUFFER_OUTSIDE, uplink.refusal());
        assertEquals(UplinkPort.TRANSMIT_QUEUE, uplink.refusedQueue());
        assertEquals(1, uplink.refusedHead());
        assertTrue(recorder.lines().contains("refused 0 queue 1 head 1 BUFFER_OUTSIDE"));
        domain.transmits(TestFrame.tcp4());
        packets.doWork();
        assertEquals(0, host.received().size());
    }

    @Test
    void aRefusalIsRecordedOnceWhenTheLogHasRoom() {
        domain.transmitRing().offer(-1, 60, false, 1);
        domain.transmitRing().publish();
        uplink.receive(new Burst(), ReceiveGate.OPEN);
        recorder.setRoom(0);
        uplink.flush(now);
        assertEquals(List.of(), recorder.lines());
        recorder.setRoom(2);
        uplink.flush(now);
        uplink.flush(now);
        assertEquals(List.of("refused 0 queue 1 head 0 BUFFER_OUTSIDE"), recorder.lines());
    }

    @Test
    void aLoopInTheReceiveQueueIsRefusedToo() {
        domain.loopInReceiveQueue();
        host.sends(fromHost());
        packets.doWork();
        assertEquals(QueueError.CHAIN_TOO_LONG, uplink.refusal());
        assertEquals(UplinkPort.RECEIVE_QUEUE, uplink.refusedQueue());
        assertEquals(1, host.waiting());
    }

    @Test
    void aShortAndAnOversizedTransmissionAreDroppedAndOnRecord() {
        domain.transmitRing().offer(TestDomain.ARENA, 12 + 13, false, 1);
        domain.transmitRing().offer(TestDomain.ARENA, 5, false, 1);
        domain.transmitRing().offer(TestDomain.ARENA, 100_000, false, 1);
        domain.transmitRing().publish();
        packets.doWork();
        assertEquals(
                List.of("in 0 13:DROP_MALFORMED 0:DROP_MALFORMED 99988:DROP_SIZE"),
                recorder.lines());
        assertEquals(3, domain.transmitCompletions());
        assertEquals(UplinkPort.State.RUNNING, uplink.state());
    }

    @Test
    void thePortSurvivesARestartAndFramesWaitForIt() {
        uplink.detach();
        host.sends(fromHost());
        packets.doWork();
        assertEquals(1, host.waiting());
        now += UplinkPort.HOLD_NANOS / 2;
        packets.doWork();
        assertEquals(1, host.waiting());
        TestDomain second = new TestDomain();
        second.attachTo(uplink);
        second.offersBuffers(128, 2048);
        packets.doWork();
        assertEquals(0, host.waiting());
        assertTrue(second.receives().length > 0);
        assertEquals(List.of("detached 0", "attached 0"), recorder.lines().subList(0, 2));
    }

    @Test
    void framesForADomainThatStaysAwayAreDroppedAndCounted() {
        uplink.detach();
        host.sends(fromHost());
        packets.doWork();
        now += UplinkPort.HOLD_NANOS + 1;
        packets.doWork();
        assertEquals(0, host.waiting());
        assertEquals(1, packets.counters(UPLINK).given(Verdict.DROP_PORT_DOWN));
        assertEquals(0, packets.counters(UPLINK).get(PortCounter.FRAMES_OUT));
    }

    @Test
    void aDomainThatDoesNotServeItsQueueIsNoticed() {
        domain.offersBuffers(128, 2048);
        packets.doWork();
        assertEquals(0, uplink.rxUnservedNanos(now));
        host.sends(fromHost());
        packets.doWork();
        assertEquals(1, uplink.rxOwed());
        now += 700;
        packets.doWork();
        assertEquals(700, uplink.rxUnservedNanos(now));
        domain.receives();
        domain.offersBuffers(1, 2048);
        packets.doWork();
        assertEquals(0, uplink.rxOwed());
        assertEquals(0, uplink.rxUnservedNanos(now));
        assertEquals(129, uplink.rxConsumedProgress());
        assertEquals(1, uplink.rxFilled());
    }

    @Test
    void aDomainThatOffersNothingAtAllIsNoticed() {
        packets.doWork();
        now += 900;
        packets.doWork();
        assertEquals(900, uplink.rxUnservedNanos(now));
    }

    @Test
    void theDomainIsSignalledOnceForWhatIsPublished() {
        domain.offersBuffers(128, 2048);
        packets.doWork();
        assertFalse(uplink.takeSignal());
        host.sends(fromHost());
        packets.doWork();
        assertTrue(uplink.takeSignal());
        assertFalse(uplink.takeSignal());
        domain.receive().wantSignals(false);
        host.sends(fromHost());
        packets.doWork();
        assertFalse(uplink.takeSignal());
    }

    @Test
    void aMappingThatShrinksCostsThePeerItsPort(@TempDir Path folder) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel file =
                        FileChannel.open(
                                folder.resolve("ram"),
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            MemorySegment mapped =
                    file.map(FileChannel.MapMode.READ_WRITE, 0, TestDomain.BYTES, arena);
            TestDomain shrinking = new TestDomain(mapped);
            uplink.detach();
            shrinking.attachTo(uplink);
            shrinking.transmits(TestFrame.tcp4());
            file.truncate(TestDomain.ARENA);
            packets.doWork();
            assertEquals(QueueError.MEMORY_LOST, uplink.refusal());
            assertEquals(0, host.received().size());
            uplink.detach();
        }
    }

    @Test
    void aSecondDomainCannotBeAttachedBesideTheFirst() {
        assertThrows(IllegalStateException.class, () -> new TestDomain().attachTo(uplink));
    }

    @Test
    void theLargestFrameFitsTheHeaderAndNoMore() {
        domain.transmitRing()
                .offer(
                        TestDomain.ARENA,
                        NetHeader.BYTES + Ethernet.LARGEST_FRAME,
                        false,
                        DriverRing.NOTHING + 1);
        domain.transmitRing().publish();
        packets.doWork();
        assertEquals(
                1,
                packets.counters(UPLINK).taken(Verdict.DROP_SIZE),
                "judged, so it was copied whole");
    }

    private static TestFrame fromHost() {
        return TestFrame.tcp4().from(TestFrame.HOST).to(TestFrame.OUTSIDE.value());
    }
}
