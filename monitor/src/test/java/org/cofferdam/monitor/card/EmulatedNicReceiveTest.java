package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.Registers.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames from the wire into the receive ring. */
final class EmulatedNicReceiveTest {
    @ParameterizedTest
    @EnumSource(CardModel.class)
    void framesArriveWholeAndInOrderOverManyTurnsOfTheRing(CardModel model) {
        try (MockDriver d = MockDriver.started(model)) {
            int next = 60;
            for (int round = 0; round < 20; round++) {
                int first = next;
                for (int i = 0; i < 30; i++) {
                    d.wire.deliver(Frames.plain(MockDriver.MAC, next++));
                }
                d.work();
                List<MockDriver.Received> frames = d.received();
                assertEquals(30, frames.size());
                for (int i = 0; i < 30; i++) {
                    byte[] expected = Frames.plain(MockDriver.MAC, first + i);
                    assertArrayEquals(expected, frames.get(i).frame());
                }
            }
            assertEquals(d.rxHead, d.page(RX_RING + RING_HEAD));
            assertEquals(ICR_RXT0, d.read(ICR) & ICR_RXT0);
            assertTrue(d.guardsIntact());
        }
    }

    @Test
    void shortFramesArePaddedTo60Bytes() {
        try (MockDriver d = MockDriver.started(CardModel.I82540EM)) {
            byte[] frame = Frames.plain(MockDriver.MAC, 20);
            d.wire.deliver(frame);
            d.work();
            assertArrayEquals(Arrays.copyOf(frame, 60), d.received().get(0).frame());
        }
    }

    @Test
    void frameCheckIsKeptUnlessStripped() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(RCTL, RCTL_EN);
            byte[] frame = Frames.plain(MockDriver.MAC, 101);
            d.wire.deliver(frame);
            d.work();
            byte[] got = d.received().get(0).frame();
            CRC32 crc = new CRC32();
            crc.update(frame);
            int check = (int) crc.getValue();
            assertEquals(105, got.length);
            assertArrayEquals(frame, Arrays.copyOf(got, 101));
            for (int i = 0; i < 4; i++) {
                assertEquals((byte) (check >> (8 * i)), got[101 + i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 512, 1024, 4096, 8192, 16384})
    void longFramesSpanBuffersOfEverySize(int bytes) {
        try (MockDriver d = new MockDriver(CardModel.I82540EM)) {
            int code = 3 - (Integer.numberOfTrailingZeros(bytes) - (bytes < 2048 ? 8 : 12));
            int size = code << RCTL_BSIZE_SHIFT | (bytes > 2048 ? RCTL_BSEX : 0);
            // 64 buffers of 16 KiB would fill the arena: the largest fit their half of it by
            // wrapping nothing.
            int used = Math.min(bytes, 8192);
            d.start(MockDriver.RCTL_USUAL | RCTL_LPE | size, used);
            byte[] frame = Frames.plain(MockDriver.MAC, 8000);
            d.wire.deliver(frame);
            d.work();
            assertArrayEquals(frame, d.received().get(0).frame());
            assertEquals((8000 + bytes - 1) / bytes, d.rxHead);
        }
    }

    @Test
    void flexibleBufferSizeCountsOnThe82574L() {
        assertEquals(3072, ReceiveRing.bufferBytes(CardModel.I82574L, 3 << 27));
        assertEquals(2048, ReceiveRing.bufferBytes(CardModel.I82540EM, 3 << 27));
    }

    @Test
    void exactAddressesBroadcastAndPromiscuousModes() {
        byte[] other = {0x52, 0x54, 0, 9, 9, 9};
        byte[] group = {1, 0, 0x5e, 0, 0, 1};
        assertEquals(1, accepted(0, MockDriver.MAC, other, group, Frames.BROADCAST));
        assertEquals(2, accepted(RCTL_BAM, MockDriver.MAC, other, group, Frames.BROADCAST));
        assertEquals(2, accepted(RCTL_UPE, MockDriver.MAC, other, group, Frames.BROADCAST));
        assertEquals(3, accepted(RCTL_MPE, MockDriver.MAC, other, group, Frames.BROADCAST));
        assertEquals(
                4, accepted(RCTL_UPE | RCTL_MPE, MockDriver.MAC, other, group, Frames.BROADCAST));
    }

    private static int accepted(int control, byte[]... destinations) {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(RCTL, RCTL_EN | RCTL_SECRC | control);
            for (byte[] to : destinations) {
                d.wire.deliver(Frames.plain(to, 64));
            }
            d.work();
            return d.received().size();
        }
    }

    @Test
    void everyAddressEntryCountsOnceValid() {
        byte[] other = {0x52, 0x54, 0, 9, 9, 9};
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(RAL + 8 * 15, 0x0900_5452);
            d.write(RAL + 8 * 15 + 4, 0x0909);
            d.wire.deliver(Frames.plain(other, 64));
            d.work();
            assertEquals(0, d.received().size());
            d.write(RAL + 8 * 15 + 4, RAH_VALID | 0x0909);
            d.wire.deliver(Frames.plain(other, 64));
            d.work();
            assertEquals(1, d.received().size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void multicastHashTakesTheBitsThatTheOffsetNames(int offset) {
        byte[] group = {1, 0, 0x5e, 0x12, 0x34, (byte) 0xa6};
        long mac = 0xa634_125e_0001L;
        int hash = (int) (mac >> new int[] {36, 35, 34, 32}[offset]) & 0xfff;
        try (MockDriver d = MockDriver.started(CardModel.I82540EM)) {
            d.write(RCTL, MockDriver.RCTL_USUAL | offset << RCTL_MO_SHIFT);
            d.wire.deliver(Frames.plain(group, 64));
            d.work();
            assertEquals(0, d.received().size());
            d.write(MTA + 4 * (hash >> 5), 1 << (hash & 31));
            d.wire.deliver(Frames.plain(group, 64));
            d.work();
            List<MockDriver.Received> frames = d.received();
            assertEquals(1, frames.size());
            assertEquals(0x80, frames.get(0).status() & 0x80); // passed the inexact filter only
        }
    }

    @Test
    void vlanFilterAndStripping() {
        byte[] tagged = Frames.plain(MockDriver.MAC, 100);
        Frames.put16(tagged, 12, 0x8100);
        Frames.put16(tagged, 14, 0x6064); // priority 3, VLAN 100
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(RCTL, MockDriver.RCTL_USUAL | RCTL_VFE);
            d.wire.deliver(tagged);
            d.wire.deliver(Frames.plain(MockDriver.MAC, 64));
            d.work();
            assertEquals(1, d.received().size()); // the untagged one
            d.write(VFTA + 4 * (100 >> 5), 1 << (100 & 31));
            d.write(CTRL, CTRL_SLU | CTRL_VME);
            d.wire.deliver(tagged);
            d.work();
            MockDriver.Received got = d.received().get(0);
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            expected.write(tagged, 0, 12);
            expected.write(tagged, 16, 84);
            assertArrayEquals(expected.toByteArray(), got.frame());
            assertEquals(0x6064, got.special());
            assertEquals(1 << 3, got.status() & 1 << 3);
        }
    }

    @Test
    void checksumsAreJudgedForTcpAndUdpInBothVersions() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            byte[][] good = {
                Frames.tcp(true, 999, 0x10),
                Frames.tcp(false, 3, 0x10),
                Frames.udp(true, 1),
                Frames.udp(false, 700),
                Frames.tcp(true, 0, 2) // padded to 60
            };
            int[] status = {0x60, 0x20, 0x70, 0x30, 0x60};
            for (int i = 0; i < good.length; i++) {
                d.wire.deliver(good[i]);
                d.work();
                MockDriver.Received got = d.received().get(0);
                assertEquals(status[i], got.status() & 0x74, "frame " + i);
                assertEquals(0, got.errors(), "frame " + i);
                assertEquals(
                        Frames.sum(got.frame(), 0, got.frame().length, 0),
                        got.checksum(),
                        "frame " + i);
                byte[] bad = good[i].clone();
                bad[Frames.transportStart(bad)] ^= 1;
                d.wire.deliver(bad);
                d.work();
                assertEquals(1 << 5, d.received().get(0).errors(), "frame " + i);
            }
            byte[] badHeader = Frames.tcp(true, 10, 0);
            badHeader[22] ^= 1; // time to live
            d.wire.deliver(badHeader);
            d.wire.deliver(Frames.plain(MockDriver.MAC, 64));
            d.work();
            List<MockDriver.Received> frames = d.received();
            assertEquals(1 << 6, frames.get(0).errors());
            assertEquals(1 << 2, frames.get(1).status() & 0x74); // ignore: nothing known of it
        }
    }

    @Test
    void liesInIpLengthsDoNotLeaveTheFrame() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            for (int length : new int[] {0, 1, 19, 1000, 0xffff}) {
                for (int first : new int[] {0x40, 0x44, 0x4f, 0x55}) {
                    byte[] frame = Frames.tcp(true, 10, 0);
                    Frames.put16(frame, 16, length);
                    frame[14] = (byte) first;
                    d.wire.deliver(frame);
                    byte[] six = Frames.udp(false, 10);
                    Frames.put16(six, 18, length);
                    d.wire.deliver(six);
                    d.work();
                    assertEquals(2, d.received().size());
                }
            }
        }
    }

    @Test
    void frameWaitsOnTheWireWhileTheRingIsFull() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            for (int i = 0; i < 70; i++) {
                d.wire.deliver(Frames.plain(MockDriver.MAC, 100 + i));
            }
            d.work();
            assertEquals(7, d.wire.waiting());
            assertFalse(d.nic.wantsWire());
            assertEquals(1, d.read(Statistics.RNBC));
            assertEquals(0, d.work());
            assertEquals(0, d.read(Statistics.RNBC)); // counted once
            assertEquals(63, d.received().size());
            d.work();
            assertTrue(d.nic.wantsWire());
            List<MockDriver.Received> rest = d.received();
            assertEquals(7, rest.size());
            assertEquals(169, rest.get(6).frame().length);
            assertEquals(0, d.read(Statistics.MPC));
        }
    }

    @Test
    void whatTheWireLostIsCountedAsMissed() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.read(ICR);
            d.wire.lose(5);
            d.secondsPass(1);
            d.work();
            assertEquals(5, d.read(Statistics.MPC));
            assertEquals(ICR_RXO, d.read(ICR));
        }
    }

    @Test
    void lowDescriptorsAreToldAtTheThreshold() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            for (int i = 0; i < 30; i++) {
                d.wire.deliver(Frames.plain(MockDriver.MAC, 64));
            }
            d.work();
            assertEquals(0, d.read(ICR) & ICR_RXDMT0); // 33 of 64 are left
            d.wire.deliver(Frames.plain(MockDriver.MAC, 64));
            d.work();
            assertEquals(ICR_RXDMT0, d.read(ICR) & ICR_RXDMT0);
        }
    }

    @Test
    void oversizedFramesAreCountedAndDropped() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.wire.deliver(Frames.plain(MockDriver.MAC, 1518));
            d.wire.deliver(Frames.plain(MockDriver.MAC, 1519));
            d.work();
            assertEquals(1, d.received().size());
            assertEquals(1, d.read(Statistics.ROC));
            d.write(RCTL, MockDriver.RCTL_USUAL | RCTL_LPE);
            d.wire.deliver(Frames.plain(MockDriver.MAC, 9230));
            d.wire.deliver(Frames.plain(MockDriver.MAC, 9231));
            d.work();
            assertEquals(9230, d.received().get(0).frame().length);
            assertEquals(1, d.read(Statistics.ROC));
        }
    }

    @Test
    void nothingIsReceivedWhileOffAndNothingStaleAfterwards() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(RCTL, 0);
            d.wire.deliver(Frames.plain(MockDriver.MAC, 64));
            d.work();
            assertEquals(0, d.wire.waiting());
            d.startReceive(MockDriver.RCTL_USUAL);
            d.work();
            assertEquals(0, d.received().size());
            assertEquals(0, d.read(Statistics.MPC));
        }
    }

    @Test
    void statisticsClearOnReadAndKnowFrameClasses() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            int[] lengths = {60, 61, 123, 124, 251, 252, 507, 508, 1019, 1020, 1518};
            int octets = 0;
            for (int length : lengths) {
                d.wire.deliver(Frames.plain(MockDriver.MAC, length));
                octets += length + 4;
            }
            d.wire.deliver(Frames.plain(Frames.BROADCAST, 60));
            d.wire.deliver(Frames.plain(new byte[] {2, 2, 2, 2, 2, 2}, 60)); // not for this card
            d.work();
            int[] classes = {2, 2, 2, 2, 2, 2};
            for (int i = 0; i < 6; i++) {
                assertEquals(classes[i], d.read(0x405c + 4 * i), "class " + i);
                assertEquals(0, d.read(0x405c + 4 * i));
            }
            assertEquals(12, d.read(0x4074)); // GPRC
            assertEquals(0, d.read(0x4074));
            assertEquals(1, d.read(0x4078)); // BPRC
            assertEquals(13, d.read(0x40d0)); // TPR
            assertEquals(octets + 64, d.read(0x4088)); // GORCL
            assertEquals(octets + 64, d.read(0x4088)); // cleared by GORCH only
            assertEquals(0, d.read(0x408c));
            assertEquals(0, d.read(0x4088));
        }
    }

    @Test
    void statisticsStickAtTheirHighestValue() {
        Statistics s = new Statistics();
        s.add(Statistics.MPC, 0xffff_fff0L);
        s.add(Statistics.MPC, 100);
        assertEquals(-1, s.read(Statistics.MPC));
        assertEquals(0, s.read(Statistics.MPC));
    }

    @Test
    void extendedDescriptorsOfThe82574L() {
        try (MockDriver d = new MockDriver(CardModel.I82574L)) {
            d.write(RFCTL, RFCTL_EXSTEN);
            d.write(CTRL, CTRL_SLU);
            d.startReceive(MockDriver.RCTL_USUAL);
            byte[] frame = Frames.tcp(true, 100, 0x10);
            d.wire.deliver(frame);
            d.work();
            long first = d.arena.get(MockDriver.LONG, 0);
            long second = d.arena.get(MockDriver.LONG, 8);
            assertEquals(Frames.sum(frame, 0, frame.length, 0), (int) (first >>> 48));
            assertEquals(0x63, second & 0xf_ffff); // DD, EOP, TCPCS, IPCS
            assertEquals(0, second >>> 20 & 0xfff);
            assertEquals(frame.length, second >>> 32 & 0xffff);
            frame[40] ^= 1;
            d.wire.deliver(frame);
            d.work();
            assertEquals(0x2000_0063L, d.arena.get(MockDriver.LONG, 24) & 0xffff_ffffL);
        }
    }
}
