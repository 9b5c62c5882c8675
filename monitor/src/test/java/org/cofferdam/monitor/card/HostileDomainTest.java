package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.MockDriver.*;
import static org.cofferdam.monitor.card.Registers.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.cofferdam.binding.memory.SharedMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver may try, and that the card refuses it, says so, and serves the next driver. */
final class HostileDomainTest {
    private static final byte[] FRAME = Frames.plain(PEER, 100);

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                ARENA - 16,
                ARENA + ARENA_BYTES,
                0x7fff_ffff_ffff_fff0L,
                0x8000_0000_0000_0000L,
                0xffff_ffff_ffff_fff0L
            })
    void ringOutsideTheDmaWindowStopsAtItsFirstDescriptor(long base) {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            for (int ring : new int[] {RX_RING, TX_RING}) {
                d.write(ring == RX_RING ? RCTL : TCTL, 0);
                d.page(ring + RING_BASE_LOW, (int) base);
                d.page(ring + RING_BASE_HIGH, (int) (base >>> 32));
                d.page(ring + RING_HEAD, 0);
                d.page(ring + RING_TAIL, 0);
                d.write(ring == RX_RING ? RCTL : TCTL, RCTL_EN | RCTL_UPE);
                d.page(ring + RING_TAIL, 8);
            }
            d.wire.deliver(FRAME);
            d.work();
            d.wire.deliver(FRAME);
            d.work();
            String at = Long.toHexString(base);
            assertEquals(
                    List.of(
                            "dma " + at + "+16 DEVICE_READS TRANSMIT",
                            "dma " + at + "+16 DEVICE_READS RECEIVE"),
                    d.events.take());
            assertEquals(2, d.read(Statistics.MPC));
            d.start(RCTL_USUAL, BUFFER_BYTES);
            assertBothWaysWork(d);
        }
    }

    @Test
    void ringThatLeavesTheWindowStopsAtTheEdge() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(TCTL, 0);
            d.ring(TX_RING, ARENA_BYTES - 32, RING_SIZE);
            d.write(TCTL, TCTL_USUAL);
            long at = d.buffer(FRAME);
            for (int i = 0; i < 2; i++) {
                d.arena.set(LONG, ARENA_BYTES - 32 + 16L * i, at);
                d.arena.set(LONG, ARENA_BYTES - 24 + 16L * i, 100 | (EOP | IFCS) << 24);
            }
            d.page(TX_RING + RING_TAIL, 20);
            d.work();
            assertEquals(2, d.wire.sent().size());
            assertEquals(List.of("dma 900000+16 DEVICE_READS TRANSMIT"), d.events.take());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x7fffff, 2", // before the window
        "0x8ffff0, 17", // over its end
        "0x900000, 1",
        "-1, 100", // the sum comes round
        "-50, 100",
        "0x7fffffffffffffff, 100"
    })
    void wildTransmitBuffersAreNotRead(long address, int length) {
        try (MockDriver d = MockDriver.started(CardModel.I82540EM)) {
            d.legacy(address, length, EOP | IFCS | RS, 0, 0);
            d.ringTail();
            d.work();
            assertEquals(0, d.wire.sent().size());
            assertEquals(
                    List.of(
                            "dma "
                                    + Long.toHexString(address)
                                    + "+"
                                    + length
                                    + " DEVICE_READS TRANSMIT"),
                    d.events.take());
            assertEquals(0, d.work());
            d.start(RCTL_USUAL, BUFFER_BYTES);
            assertBothWaysWork(d);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, ARENA - 1, ARENA + ARENA_BYTES - 99, -1, -100, Long.MIN_VALUE})
    void wildReceiveBuffersAreNotWritten(long address) {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.rxDescriptor(0, address);
            d.wire.deliver(Frames.plain(MAC, 100));
            d.work();
            assertEquals(
                    List.of("dma " + Long.toHexString(address) + "+100 DEVICE_WRITES RECEIVE"),
                    d.events.take());
            assertTrue(d.guardsIntact());
            d.start(RCTL_USUAL, BUFFER_BYTES);
            assertBothWaysWork(d);
        }
    }

    @Test
    void readOnlyMemoryTakesNoFramesAndNoStatus() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L);
                SharedMemory more = SharedMemory.create("read-only", 4096)) {
            d.nic.dma().map(0x10_0000, more.segment(), false);
            d.rxDescriptor(0, 0x10_0000);
            d.wire.deliver(Frames.plain(MAC, 100));
            d.legacy(0x10_0000, 100, EOP | IFCS, 0, 0); // reading it is fine
            d.ringTail();
            d.work();
            assertEquals(1, d.wire.sent().size());
            assertEquals(List.of("dma 100000+100 DEVICE_WRITES RECEIVE"), d.events.take());
            assertEquals(0, more.segment().get(LONG, 0));
            d.nic.dma().unmap(0x10_0000);
            d.legacy(0x10_0000, 100, EOP | IFCS, 0, 0);
            d.ringTail();
            d.work();
            assertEquals(List.of("dma 100000+100 DEVICE_READS TRANSMIT"), d.events.take());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {RING_SIZE, 0xffff, -1, Integer.MIN_VALUE})
    void tailOutsideTheRingIsRefusedOnceAndTheOldOneCounts(int tail) {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.page(TX_RING + RING_TAIL, tail);
            d.page(RX_RING + RING_TAIL, tail);
            d.work();
            d.work();
            List<String> events = d.events.take();
            assertEquals(2, events.size());
            assertEquals(
                    "register 3818/4 " + Integer.toHexString(tail) + " TAIL_OUTSIDE_RING",
                    events.get(0));
            d.page(RX_RING + RING_TAIL, d.rxTail);
            assertBothWaysWork(d);
        }
    }

    @Test
    void headOutsideTheRingKeepsItOff() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(TCTL, 0);
            d.page(TX_RING + RING_HEAD, RING_SIZE);
            d.write(TCTL, TCTL_USUAL);
            d.send(FRAME);
            d.work();
            assertEquals(0, d.wire.sent().size());
            assertEquals(List.of("register 3810/4 40 HEAD_OUTSIDE_RING"), d.events.take());
        }
    }

    @Test
    void movingARunningRingIsRefusedAndUndone() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.page(TX_RING + RING_BASE_LOW, 0x1000);
            d.page(RX_RING + RING_LENGTH, 0xf_ff80);
            d.work();
            assertEquals(
                    List.of(
                            "register 3800/8 1000 RING_MOVED_WHILE_RUNNING",
                            "register 2808/4 fff80 RING_MOVED_WHILE_RUNNING"),
                    d.events.take());
            assertEquals(RING_SIZE * 16, d.page(RX_RING + RING_LENGTH));
            assertBothWaysWork(d);
        }
    }

    @Test
    void indexJumpsGiveTheDomainOnlyItsOwnStaleDescriptors() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.send(FRAME);
            d.work();
            d.page(TX_RING + RING_TAIL, 0); // back by one: the whole ring again
            d.work();
            // The rest of the ring is zeroed: 63 null descriptors, which transfer nothing.
            assertEquals(1, d.wire.sent().size());
            assertEquals(0, d.page(TX_RING + RING_HEAD));
            assertEquals(List.of(), d.events.take());
        }
    }

    @Test
    void ringOfLengthZeroHasNoDescriptorsAndMayStillGetOne() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(TCTL, 0);
            d.ring(TX_RING, TX_RING_AT, 0);
            d.write(TCTL, TCTL_USUAL);
            d.page(TX_RING + RING_TAIL, 5);
            assertEquals(0, d.work());
            d.ring(TX_RING, TX_RING_AT, RING_SIZE);
            d.txTail = 0;
            d.send(FRAME);
            d.work();
            assertEquals(1, d.wire.sent().size());
        }
    }

    @Test
    void unsupportedReceiveModesKeepTheRingOff() {
        for (int mode : new int[] {1 << 10, 1 << 6, RCTL_BSEX}) {
            try (MockDriver d = MockDriver.started(CardModel.I82540EM)) {
                d.write(RCTL, 0);
                d.write(RCTL, RCTL_USUAL | mode);
                d.wire.deliver(Frames.plain(MAC, 64));
                d.work();
                assertEquals(0, d.received().size());
                assertTrue(d.events.take().get(0).endsWith("UNSUPPORTED_MODE"));
            }
        }
    }

    @Test
    void zeroLengthAndNullDescriptorsTransferNothing() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            int empty = d.legacy(d.buffer(FRAME), 0, EOP | IFCS | RS, 0, 0);
            int nothing = d.data(0, 100, EOP | IFCS | RS, 0);
            for (int i = 0; i < 40; i++) {
                d.data(-1, 0, IFCS, 0);
            }
            d.data(d.buffer(FRAME), 100, EOP | IFCS, 0);
            d.ringTail();
            d.work();
            assertTrue(d.done(empty));
            assertTrue(d.done(nothing));
            assertEquals(1, d.wire.sent().size());
            assertArrayEquals(FRAME, d.wire.sent().get(0));
            assertEquals(List.of(), d.events.take());
        }
    }

    @Test
    void dataWithoutEndIsOneReportAndNoGrowth() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] bytes = new byte[4000];
            for (int round = 0; round < 50; round++) {
                for (int i = 0; i < RING_SIZE - 1; i++) {
                    d.data(d.buffer(bytes), 4000, round == 0 && i == 0 ? TSE : 0, 0);
                }
                d.ringTail();
                assertTrue(d.work() <= TransmitPath.DESCRIPTORS);
            }
            assertEquals(0, d.wire.sent().size());
            assertEquals(List.of("descriptor TRANSMIT 32 PACKET_TOO_LONG"), d.events.take());
            d.data(d.buffer(FRAME), 100, EOP | IFCS, 0);
            d.send(FRAME);
            d.work();
            assertEquals(1, d.wire.sent().size());
        }
    }

    @Test
    void oversizedFrameIsDropped() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] big = Frames.plain(PEER, 9231);
            d.legacy(d.buffer(big), 9231, EOP | IFCS, 0, 0);
            d.legacy(d.buffer(big), 0xffff, EOP | IFCS, 0, 0);
            d.data(d.buffer(big), 0xf_ffff, EOP | IFCS, 0);
            d.legacy(d.buffer(big), 9230, EOP | IFCS, 0, 0);
            d.ringTail();
            d.work();
            assertEquals(1, d.wire.sent().size());
            assertEquals(9230, d.wire.sent().get(0).length);
            assertEquals(3, d.events.take().size());
        }
    }

    @Test
    void unknownAndMixedDescriptorTypesCostTheirPacket() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.descriptor(d.buffer(FRAME), 100 | 7L << 20 | (long) (DEXT | EOP) << 24);
            d.data(d.buffer(FRAME), 50, IFCS, 0);
            d.legacy(d.buffer(FRAME), 50, EOP | IFCS, 0, 0);
            d.legacy(d.buffer(FRAME), 50, IFCS, 0, 0);
            d.data(d.buffer(FRAME), 50, EOP | IFCS, 0);
            d.send(FRAME);
            d.work();
            assertEquals(1, d.wire.sent().size());
            assertEquals(
                    List.of(
                            "descriptor TRANSMIT 0 UNKNOWN_TYPE",
                            "descriptor TRANSMIT 2 MIXED_TYPES",
                            "descriptor TRANSMIT 4 MIXED_TYPES"),
                    d.events.take());
        }
    }

    /** header, MSS, PAYLEN, IPCSS, IPCSO, TUCSS, TUCSO; a frame of 54 + 3000 bytes. */
    @ParameterizedTest
    @CsvSource({
        "0,1000,3000,14,24,34,50,BAD_HEADER_LENGTH",
        "53,1000,3001,14,24,34,50,BAD_HEADER_LENGTH",
        "54,1000,3000,0,24,34,50,BAD_HEADER_LENGTH",
        "54,1000,3000,35,24,34,50,BAD_HEADER_LENGTH",
        "54,1000,3000,255,24,34,50,BAD_HEADER_LENGTH",
        "54,1000,3000,14,24,35,50,BAD_HEADER_LENGTH",
        "54,1000,3000,14,24,255,50,BAD_HEADER_LENGTH",
        "54,0,3000,14,24,34,50,BAD_SEGMENT_SIZE",
        "54,1,3000,14,24,34,50,BAD_SEGMENT_SIZE",
        "54,16,3000,14,24,34,50,BAD_SEGMENT_SIZE",
        "54,1000,0,14,24,34,50,BAD_PAYLOAD_LENGTH",
        "54,1000,2999,14,24,34,50,BAD_PAYLOAD_LENGTH",
        "54,1000,1048575,14,24,34,50,BAD_PAYLOAD_LENGTH",
        "255,1000,3000,14,24,34,50,BAD_PAYLOAD_LENGTH",
        "54,1000,3000,14,53,34,50,CHECKSUM_OUTSIDE_PACKET",
        "54,1000,3000,14,255,34,50,CHECKSUM_OUTSIDE_PACKET",
        "54,1000,3000,14,24,34,255,CHECKSUM_OUTSIDE_PACKET"
    })
    void hostileSegmentationContextsCostTheirPacket(
            int header,
            int mss,
            int payload,
            int ip,
            int ipField,
            int tcp,
            int tcpField,
            String why) {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.tcp(true, 3000, 0x10);
            int command = TSE | Context.TCP | Context.IPV4;
            d.context(new Context(ip, ipField, 0, tcp, tcpField, 0, payload, header, mss, command));
            d.data(d.buffer(frame), frame.length, EOP | IFCS | TSE, IXSM | TXSM);
            d.send(FRAME);
            d.work();
            assertEquals(1, d.wire.sent().size());
            assertEquals(List.of("descriptor TRANSMIT 1 " + why), d.events.take());
            assertEquals(1, d.read(Statistics.TSCTFC));
        }
    }

    @Test
    void hostileHeaderLengthBeyondTheWholePacket() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.tcp(true, 0, 0x10);
            d.context(EmulatedNicTransmitTest.segmentContext(Frames.tcp(true, 100, 0), 100));
            d.data(d.buffer(frame), 30, EOP | IFCS | TSE, IXSM | TXSM);
            d.data(d.buffer(frame), 1, EOP | IFCS | TSE, IXSM | TXSM);
            d.ringTail();
            d.work();
            assertEquals(
                    List.of(
                            "descriptor TRANSMIT 1 BAD_HEADER_LENGTH",
                            "descriptor TRANSMIT 2 BAD_HEADER_LENGTH"),
                    d.events.take());
        }
    }

    @Test
    void segmentationAndChecksumsWithoutAContextAreRefused() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.tcp(true, 3000, 0x10);
            d.data(d.buffer(frame), frame.length, EOP | IFCS | TSE, IXSM | TXSM);
            d.data(d.buffer(frame), 1000, EOP | IFCS, TXSM);
            // A context for checksums is not one for segmentation.
            d.context(EmulatedNicTransmitTest.checksumContext(frame));
            d.data(d.buffer(frame), frame.length, EOP | IFCS | TSE, IXSM | TXSM);
            d.data(d.buffer(frame), 49, EOP | IFCS, TXSM); // its field is byte 50
            d.ringTail();
            d.work();
            assertEquals(0, d.wire.sent().size());
            assertEquals(
                    List.of(
                            "descriptor TRANSMIT 0 NO_CONTEXT",
                            "descriptor TRANSMIT 1 CHECKSUM_OUTSIDE_PACKET",
                            "descriptor TRANSMIT 3 NO_CONTEXT",
                            "descriptor TRANSMIT 4 CHECKSUM_OUTSIDE_PACKET"),
                    d.events.take());
        }
    }

    @Test
    void smallestLegalSegmentsAreBoundedPerPass() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.tcp(true, 65_000, 0x10);
            d.context(EmulatedNicTransmitTest.segmentContext(frame, 17));
            byte[] prototype = Frames.withoutChecksums(frame, false);
            d.data(d.buffer(prototype), frame.length, EOP | IFCS | TSE, IXSM | TXSM);
            d.ringTail();
            int passes = 0;
            while (d.work() > 0) {
                passes++;
            }
            assertEquals((65_000 + 16) / 17, d.wire.framesSent());
            assertTrue(passes >= d.wire.framesSent() / TransmitPath.FRAMES);
        }
    }

    @Test
    void overlappingAndUnalignedMappingsAreRefused() {
        try (SharedMemory memory = SharedMemory.create("two-pages", 8192)) {
            CheckedDmaMap map = new CheckedDmaMap();
            MemorySegment page = memory.segment().asSlice(0, 4096);
            map.map(0x1000, page, true);
            for (long iova : new long[] {0x1000, 0x1800, -4096, Long.MAX_VALUE - 4095}) {
                assertThrows(IllegalArgumentException.class, () -> map.map(iova, page, true));
            }
            assertThrows(IllegalArgumentException.class, () -> map.unmap(0x2000));
            map.map(0x2000, page, true);
            // Two windows side by side are still two.
            assertEquals(null, map.reach(0x1ff0, 32, DmaDirection.DEVICE_READS));
        }
    }

    private static void assertBothWaysWork(MockDriver d) {
        d.wire.sent().clear();
        d.received();
        byte[] frame = Frames.plain(MAC, 200);
        d.wire.deliver(frame);
        d.send(FRAME);
        d.workUntilIdle(10);
        List<Received> got = d.received();
        assertEquals(1, got.size());
        assertArrayEquals(frame, got.get(0).frame());
        assertArrayEquals(FRAME, Arrays.copyOf(d.wire.sent().get(0), 100));
        assertTrue(d.guardsIntact());
    }
}
