package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.MockDriver.*;
import static org.cofferdam.monitor.card.Registers.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames from the transmit ring to the wire. */
final class EmulatedNicTransmitTest {
    @ParameterizedTest
    @EnumSource(CardModel.class)
    void legacyDescriptorsSendFramesInOrder(CardModel model) {
        try (MockDriver d = MockDriver.started(model)) {
            for (int i = 0; i < 200; i++) {
                d.send(Frames.plain(PEER, 60 + i));
                d.work();
            }
            assertEquals(200, d.wire.sent().size());
            for (int i = 0; i < 200; i++) {
                assertArrayEquals(Frames.plain(PEER, 60 + i), d.wire.sent().get(i));
            }
            assertEquals(d.txTail, d.page(TX_RING + RING_HEAD));
            assertEquals(ICR_TXDW | ICR_TXQE, d.read(ICR) & (ICR_TXDW | ICR_TXQE));
        }
    }

    @Test
    void onlyDescriptorsWithReportStatusAreWrittenBack() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.plain(PEER, 90);
            int first = d.legacy(d.buffer(Arrays.copyOf(frame, 40)), 40, IFCS, 0, 0);
            byte[] rest = Arrays.copyOfRange(frame, 40, 90);
            int second = d.legacy(d.buffer(rest), 50, EOP | IFCS | RS, 0, 0);
            d.ringTail();
            d.work();
            assertFalse(d.done(first));
            assertTrue(d.done(second));
            assertArrayEquals(frame, d.wire.sent().get(0));
        }
    }

    @Test
    void shortFramesArePaddedOnlyWithPadShortPackets() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.plain(PEER, 30);
            d.send(frame);
            d.work();
            assertArrayEquals(Arrays.copyOf(frame, 60), d.wire.sent().get(0));
            d.write(TCTL, TCTL_EN);
            d.send(frame);
            d.work();
            assertEquals(1, d.wire.sent().size());
            assertEquals("descriptor TRANSMIT 1 PACKET_TOO_SHORT", last(d));
        }
    }

    @Test
    void softwareMadeFrameCheckMustBeRight() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.plain(PEER, 80);
            CRC32 crc = new CRC32();
            crc.update(frame);
            byte[] whole = Arrays.copyOf(frame, 84);
            for (int i = 0; i < 4; i++) {
                whole[80 + i] = (byte) (crc.getValue() >> (8 * i));
            }
            d.legacy(d.buffer(whole), 84, EOP, 0, 0);
            whole[20] ^= 1;
            d.legacy(d.buffer(whole), 84, EOP, 0, 0);
            d.ringTail();
            d.work();
            assertEquals(1, d.wire.sent().size());
            assertArrayEquals(frame, d.wire.sent().get(0));
            assertEquals("descriptor TRANSMIT 1 WRONG_FRAME_CHECK", last(d));
        }
    }

    @Test
    void legacyChecksumIsInsertedAndIgnoredOutsideThePacket() {
        try (MockDriver d = MockDriver.started(CardModel.I82540EM)) {
            byte[] whole = Frames.udp(true, 301);
            byte[] partial = Frames.withoutChecksums(whole, true);
            Frames.put16(partial, 24, Frames.u16(whole, 24)); // the IP checksum is software's here
            d.legacy(d.buffer(partial), partial.length, EOP | IFCS | IC, 34, 40);
            d.legacy(d.buffer(whole), 100, EOP | IFCS | IC, 100, 40);
            d.legacy(d.buffer(whole), 100, EOP | IFCS | IC, 34, 99);
            d.ringTail();
            d.work();
            assertArrayEquals(whole, d.wire.sent().get(0));
            assertArrayEquals(Arrays.copyOf(whole, 100), d.wire.sent().get(1));
            assertArrayEquals(Arrays.copyOf(whole, 100), d.wire.sent().get(2));
        }
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void contextInsertsBothChecksums(boolean ipv4, boolean tcp) {
        for (int payload : new int[] {0, 1, 2, 99, 1400}) {
            byte[] whole = tcp ? Frames.tcp(ipv4, payload, 0x18) : Frames.udp(ipv4, payload);
            byte[] partial = Frames.withoutChecksums(whole, true);
            try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
                d.context(checksumContext(whole));
                int options = TXSM | (ipv4 ? IXSM : 0);
                int half = partial.length / 2;
                d.data(d.buffer(Arrays.copyOf(partial, half)), half, IFCS, options);
                byte[] rest = Arrays.copyOfRange(partial, half, partial.length);
                d.data(d.buffer(rest), rest.length, EOP | IFCS | RS, 0);
                d.data(d.buffer(partial), partial.length, EOP | IFCS, options);
                d.ringTail();
                d.work();
                byte[] expected = Arrays.copyOf(whole, Math.max(60, whole.length));
                assertArrayEquals(expected, d.wire.sent().get(0));
                assertArrayEquals(expected, d.wire.sent().get(1)); // the context stays
            }
        }
    }

    static Context checksumContext(byte[] frame) {
        int start = Frames.transportStart(frame);
        return new Context(
                14,
                24,
                start - 1,
                start,
                Frames.transportField(frame),
                0,
                0,
                0,
                0,
                (Frames.isTcp(frame) ? Context.TCP : 0)
                        | (Frames.isIpv4(frame) ? Context.IPV4 : 0));
    }

    static Context segmentContext(byte[] frame, int mss) {
        int start = Frames.transportStart(frame);
        int header = start + 20;
        return new Context(
                14,
                24,
                start - 1,
                start,
                start + 16,
                0,
                frame.length - header,
                header,
                mss,
                TSE | Context.TCP | (Frames.isIpv4(frame) ? Context.IPV4 : 0));
    }

    @ParameterizedTest
    @CsvSource({
        "true,1460,65483",
        "true,1448,2896",
        "true,1448,2897",
        "true,536,1",
        "true,17,4000",
        "false,1440,64000",
        "false,1440,1440"
    })
    void segmentationEqualsTheReference(boolean ipv4, int mss, int payload) {
        byte[] frame = Frames.tcp(ipv4, payload, 0x19); // ACK, PSH, FIN
        byte[] prototype = Frames.withoutChecksums(frame, false);
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.context(segmentContext(frame, mss));
            gather(d, prototype, TSE, TXSM | (ipv4 ? IXSM : 0));
            d.ringTail();
            d.workUntilIdle(100);
            int expected = (payload + mss - 1) / mss;
            List<byte[]> sent = d.wire.sent();
            assertEquals(expected, sent.size());
            for (int i = 0; i < expected; i++) {
                byte[] segment = Frames.segment(frame, mss, i);
                segment = Arrays.copyOf(segment, Math.max(60, segment.length));
                assertArrayEquals(segment, sent.get(i), "segment " + i);
            }
            assertEquals(1, d.read(Statistics.TSCTC));
            assertEquals(expected, d.read(0x4080)); // GPTC
        }
    }

    /** Data descriptors of uneven sizes, the header in one of its own. */
    private static void gather(MockDriver d, byte[] packet, int command, int options) {
        int at = 0;
        int part = 54;
        while (at < packet.length) {
            part = Math.min(part, packet.length - at);
            boolean last = at + part == packet.length;
            byte[] bytes = Arrays.copyOfRange(packet, at, at + part);
            d.data(d.buffer(bytes), part, command | IFCS | (last ? EOP | RS : 0), options);
            at += part;
            part = 4001;
        }
    }

    @Test
    void segmentationGoesOnWhereTheWireStoppedIt() {
        byte[] frame = Frames.tcp(true, 20_000, 0x10);
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.context(segmentContext(frame, 1000));
            gather(d, Frames.withoutChecksums(frame, false), TSE, TXSM | IXSM);
            d.send(Frames.plain(PEER, 77));
            d.wire.room(7);
            d.work();
            assertEquals(7, d.wire.sent().size());
            assertTrue(d.nic.sendBlocked());
            d.wire.room(1000);
            d.work();
            assertEquals(21, d.wire.sent().size());
            assertArrayEquals(Frames.segment(frame, 1000, 19), d.wire.sent().get(19));
            assertArrayEquals(Frames.plain(PEER, 77), d.wire.sent().get(20));
            assertFalse(d.nic.sendBlocked());
        }
    }

    @Test
    void vlanTagIsInsertedWhenBothAskForIt() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[] frame = Frames.plain(PEER, 80);
            long tag = 0x2123L << 48;
            long second = 80 | (long) (EOP | IFCS | VLE) << 24 | tag;
            d.descriptor(d.buffer(frame), second);
            d.ringTail();
            d.work();
            assertArrayEquals(frame, d.wire.sent().get(0));
            d.write(CTRL, CTRL_SLU | CTRL_VME);
            d.descriptor(d.buffer(frame), second);
            d.ringTail();
            d.work();
            byte[] got = d.wire.sent().get(1);
            assertEquals(84, got.length);
            assertEquals(0x8100, Frames.u16(got, 12));
            assertEquals(0x2123, Frames.u16(got, 14));
            assertArrayEquals(Arrays.copyOfRange(frame, 12, 80), Arrays.copyOfRange(got, 16, 84));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64})
    void passIsBoundedAndTheNextOneGoesOn(int turns) {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            for (int i = 0; i < turns; i++) {
                for (int k = 0; k < RING_SIZE - 1; k++) {
                    d.send(Frames.plain(PEER, 64));
                }
                assertTrue(d.work() <= TransmitPath.FRAMES + TransmitPath.DESCRIPTORS);
            }
            assertEquals(turns * (RING_SIZE - 1L), d.wire.framesSent());
        }
    }

    @Test
    void nothingIsSentWithoutALink() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.wire.carrier(false);
            d.secondsPass(1);
            d.work();
            d.send(Frames.plain(PEER, 64));
            d.work();
            assertEquals(0, d.wire.sent().size());
            d.wire.carrier(true);
            d.secondsPass(1);
            d.work();
            assertEquals(1, d.wire.sent().size());
        }
    }

    private static String last(MockDriver d) {
        return d.events.lines().get(d.events.lines().size() - 1);
    }
}
