package org.cofferdam.drivervm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The built driver, run on /dev/kvm between a card and an uplink that the test holds in its hands. */
@EnabledIf(
        value = "org.cofferdam.drivervm.KvmDomain#isPossible",
        disabledReason = "a virtual machine needs /dev/kvm, which is not on this machine")
class DriverTest {
    // arena.h, virtio_net.h
    private static final int CARD_RING = 2048;
    private static final int UPLINK_QUEUE = 512;

    private static byte[] frame(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"0x10d3, true", "0x10d3, false", "0x100e, true", "0x100e, false"})
    void bothCardsComeUpWithTheirMacFromFilterOrEeprom(String device, boolean addressLoaded) {
        try (Bench bench = new Bench(Integer.decode(device), addressLoaded, true)) {
            bench.runTo(Doorbell.STATUS);

            StatusPage status = bench.status();
            assertEquals(StatusPage.State.READY, status.state());
            assertTrue(status.linkUp());
            assertTrue(status.fullDuplex());
            assertEquals(1000, status.speedMbit());
            assertEquals(BenchCard.MAC, status.mac());
            assertTrue(status.hasStationMac());
        }
    }

    @Test
    void anUnknownCardIsRefusedWithASentence() {
        try (Bench bench = new Bench(0x1521, true, true)) {
            assertTrue(bench.runToPanic().startsWith("card: neither an 82540EM"));
            assertEquals(StatusPage.State.PANICKED, bench.status().state());
        }
    }

    @Test
    void aReceivedFrameIsPassedOnWhereTheCardPutIt() {
        try (Bench bench = Bench.ready()) {
            byte[] bytes = frame(1514, 1);
            assertTrue(bench.card.deliver(bytes));
            bench.settle();

            List<BenchUplink.Arrived> arrived = bench.uplink.receive();
            assertEquals(1, arrived.size());
            assertEquals(ByteBuffer.wrap(bytes), arrived.getFirst().bytes());
            assertEquals(ByteBuffer.wrap(new byte[12]), arrived.getFirst().header());
            // The first buffer of the ring: header in the 12 bytes before the card's address.
            long firstBuffer = DomainLayout.ARENA.start().value() + 0x1_0000 + 64;
            assertEquals(firstBuffer - 12, arrived.getFirst().address());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void framesFromTheWireArriveInOrderAndNoneIsLost(boolean inOrder) {
        try (Bench bench = new Bench(0x10d3, true, inOrder)) {
            bench.runTo(Doorbell.STATUS);
            int delivered = 0;
            int arrived = 0;
            while (arrived < 4000) {
                while (delivered < 4000
                        && bench.card.deliver(frame(60 + delivered % 1400, delivered))) {
                    delivered++;
                }
                bench.settle();
                for (BenchUplink.Arrived next : bench.uplink.receive()) {
                    assertEquals(
                            ByteBuffer.wrap(frame(60 + arrived % 1400, arrived)), next.bytes());
                    arrived++;
                }
            }
            bench.settle();
            assertEquals(4000, bench.status().counters().rxFrames());
            assertEquals(0, bench.status().counters().rxErrors());
        }
    }

    @Test
    void framesWaitInTheCardWhileTheUplinkIsFull() {
        try (Bench bench = Bench.ready()) {
            bench.uplink.hold(true);
            int delivered = 0;
            int arrived = 0;
            for (int round = 0; round < 4; round++) {
                while (bench.card.deliver(frame(60, delivered))) {
                    delivered++;
                }
                bench.settle();
                arrived += bench.uplink.receive().size();
            }
            assertEquals(UPLINK_QUEUE, arrived);
            assertEquals(UPLINK_QUEUE + CARD_RING - 1, delivered);

            bench.uplink.hold(false);
            int waited = 0;
            for (int round = 0; round < 2 * CARD_RING / UPLINK_QUEUE; round++) {
                bench.settle();
                waited += bench.uplink.receive().size();
            }
            assertEquals(CARD_RING - 1, waited);
        }
    }

    @Test
    void aFrameThatTheCardMarksBadIsCountedAndItsBufferUsedAgain() {
        try (Bench bench = Bench.ready()) {
            for (int i = 0; i < 2000; i++) {
                assertTrue(bench.card.deliver(new byte[i % 2 == 0 ? 8 : 64]));
                bench.settle();
                assertEquals(i % 2, bench.uplink.receive().size());
            }
            assertEquals(1000, bench.status().counters().rxErrors());
        }
    }

    @Test
    void aPlainFrameLeavesByALegacyDescriptor() {
        try (Bench bench = Bench.ready()) {
            byte[] bytes = frame(1514, 2);
            assertTrue(bench.uplink.send(BenchUplink.Header.PLAIN, bytes));
            bench.settle();

            List<BenchCard.Sent> sent = bench.card.transmit();
            assertEquals(1, sent.size());
            assertEquals(ByteBuffer.wrap(bytes), sent.getFirst().bytes());
            assertEquals(
                    0x0b, sent.getFirst().descriptors().getFirst().high() >>> 24); // EOP IFCS RS
        }
    }

    @Test
    void framesToTheWireLeaveInOrderAndNoneIsLost() {
        try (Bench bench = Bench.ready()) {
            int given = 0;
            int sent = 0;
            while (sent < 4000) {
                while (given < 4000
                        && bench.uplink.send(
                                BenchUplink.Header.PLAIN, frame(60 + given % 1400, given))) {
                    given++;
                }
                bench.settle();
                for (BenchCard.Sent next : bench.card.transmit()) {
                    assertEquals(ByteBuffer.wrap(frame(60 + sent % 1400, sent)), next.bytes());
                    sent++;
                }
            }
            bench.settle();
            assertEquals(4000, bench.status().counters().txFrames());
            assertEquals(0, bench.status().counters().txErrors());
        }
    }

    @Test
    void framesWaitInTheUplinkWhileTheCardSendsNothing() {
        try (Bench bench = Bench.ready()) {
            bench.card.holdTransmit(true);
            int given = 0;
            while (bench.uplink.send(BenchUplink.Header.PLAIN, frame(60, given))) {
                given++;
                if (given % 100 == 0) {
                    bench.settle();
                }
            }
            assertEquals(UPLINK_QUEUE, given);
            bench.settle();
            assertFalse(bench.uplink.send(BenchUplink.Header.PLAIN, frame(60, given)));

            bench.card.holdTransmit(false);
            bench.settle();
            assertEquals(UPLINK_QUEUE, bench.card.transmit().size());
            bench.settle();
            assertTrue(bench.uplink.send(BenchUplink.Header.PLAIN, frame(60, given)));
        }
    }

    @Test
    void aFrameThatCannotBeSentRightIsCountedAndItsBuffersReturn() {
        try (Bench bench = Bench.ready()) {
            byte[] oversized = frame(1519, 3);
            byte[] wildChecksum = frame(100, 4);
            byte[] wildSegments = frame(9000, 5);
            for (int i = 0; i < 600; i++) {
                assertTrue(bench.uplink.send(BenchUplink.Header.PLAIN, oversized));
                assertTrue(
                        bench.uplink.send(new BenchUplink.Header(1, 0, 0, 98, 16), wildChecksum));
                assertTrue(
                        bench.uplink.send(
                                new BenchUplink.Header(1, 1, 1448, 34, 16), wildSegments));
                assertTrue(bench.uplink.send(BenchUplink.Header.PLAIN, frame(64, i)));
                bench.settle();
                assertEquals(1, bench.card.transmit().size());
            }
            assertEquals(1800, bench.status().counters().txErrors());
        }
    }

    @Test
    void anIdleDriverArmsTheInterruptAndSleepsAndWakesToWork() {
        try (Bench bench = Bench.ready()) {
            bench.runTo(Doorbell.WAIT);
            assertNotEquals(0, bench.card.mask() & BenchCard.RXT0);

            assertTrue(bench.card.deliver(frame(60, 6)));
            bench.runTo(Doorbell.YIELD);
            assertEquals(0, bench.card.mask());
            assertEquals(1, bench.uplink.receive().size());
            assertEquals(1, bench.status().counters().waits());
        }
    }

    @Test
    void aLostLinkIsToldAfterTheInterrupt() {
        try (Bench bench = Bench.ready()) {
            bench.runTo(Doorbell.WAIT);
            bench.card.setLink(false);
            bench.runTo(Doorbell.STATUS);
            assertFalse(bench.status().linkUp());
            bench.runTo(Doorbell.WAIT);
            bench.card.setLink(true);
            bench.runTo(Doorbell.STATUS);
            assertTrue(bench.status().linkUp());
        }
    }

    @Test
    void anImpossibleUsedElementEndsInAPanicWithASentence() {
        try (Bench bench = Bench.ready()) {
            bench.uplink.lieToWire(512, 64);
            assertTrue(bench.runToPanic().contains("not posted"));
        }
        try (Bench bench = Bench.ready()) {
            bench.uplink.lieToWire(3, 4097);
            assertTrue(bench.runToPanic().contains("longer than its buffer"));
        }
        try (Bench bench = Bench.ready()) {
            bench.uplink.jumpToWire(513);
            assertTrue(bench.runToPanic().contains("used index"));
        }
        try (Bench bench = Bench.ready()) {
            bench.uplink.lieToHost(0);
            assertTrue(bench.runToPanic().contains("used index"));
        }
        try (Bench bench = new Bench(0x10d3, true, false)) {
            bench.runTo(Doorbell.STATUS);
            assertTrue(bench.card.deliver(frame(60, 7)));
            bench.settle();
            bench.uplink.lieToHost(0x8000_0000);
            assertTrue(bench.runToPanic().contains("not out"));
        }
    }
}
