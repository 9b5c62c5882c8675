package org.cofferdam.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RingTest {
    @TempDir Path parent;

    private Path dir() {
        return parent.resolve("log");
    }

    /**
     * Records of three shapes through a small ring that wraps and fills all the time; each carries a number
     * that must come out in order. Ends after two million records or three seconds.
     */
    @Test
    void twoThreadsAndAFullRingLoseAndReorderNothing() throws Exception {
        long wanted = 2_000_000;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        AtomicLong sent = new AtomicLong();
        AuditCounters counters;
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir(), "host"))) {
            AuditSource source = log.source("domain", 32 * 1024);
            Thread producer =
                    new Thread(
                            () -> {
                                int[] lengths = new int[32];
                                byte[] verdicts = new byte[32];
                                long n = 0;
                                while (n < wanted && System.nanoTime() < until) {
                                    int packets = (int) (n % 33);
                                    boolean taken =
                                            switch ((int) (n % 16)) {
                                                case 3 ->
                                                        source.tryRecord(
                                                                CrossingType.POLICY,
                                                                n,
                                                                0,
                                                                0,
                                                                0,
                                                                0,
                                                                0,
                                                                "odd lengths");
                                                case 7 ->
                                                        source.tryBurst(
                                                                CrossingType.BURST_IN,
                                                                (int) (n & 0xffff),
                                                                0,
                                                                packets,
                                                                lengths,
                                                                verdicts);
                                                default ->
                                                        source.tryRecord(
                                                                CrossingType.INTERRUPT, n, 0, 0);
                                            };
                                    if (taken) {
                                        n++;
                                    } else {
                                        LockSupport.parkNanos(20_000);
                                    }
                                }
                                sent.set(n);
                            });
            producer.start();
            producer.join();
            log.sync();
            counters = log.counters();
        }
        assertTrue(sent.get() > 100_000, "too few to mean anything: " + sent.get());
        assertEquals(sent.get(), counters.recorded());
        assertTrue(counters.ringFull() > 0, "the ring was never full");

        AtomicLong next = new AtomicLong();
        try (AuditReader reader = AuditReader.open(dir())) {
            reader.tail(
                    AuditFilter.all().withSources(java.util.Set.of("domain")),
                    false,
                    c -> {
                        long n = next.getAndIncrement();
                        assertEquals(n, c.sequence());
                        long carried =
                                c.burst().map(b -> (long) b.port()).orElseGet(() -> c.field(0));
                        assertEquals(c.burst().isPresent() ? n & 0xffff : n, carried);
                    });
        }
        assertEquals(sent.get(), next.get());
        VerifyReport report = AuditVerifier.verify(dir(), (file, index, total) -> {});
        assertEquals(List.of(), report.findings());
        assertEquals(0, report.lost());
    }

    @Test
    void theWriterSleepsWithoutATimerWhenNothingComesAndOneRecordWakesIt() {
        // Until a checkpoint signs what was written there is a timer.
        AuditOptions options =
                AuditOptions.in(dir(), "host").withCheckpoints(Duration.ofMillis(50), 256);
        try (AuditLog log = AuditLog.open(options)) {
            AuditSource source = log.source("domain", 1 << 16);
            for (int i = 0; i < 3; i++) {
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> log.writerThread().getState() == Thread.State.WAITING);
                long before = log.counters().written();
                assertTrue(source.tryRecord(CrossingType.INTERRUPT, i, 0, 0));
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> log.counters().written() > before);
            }
        }
    }

    @Test
    void whatASourceDropsIsARecordWithTheCount() {
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir(), "host"))) {
            AuditSource source = log.source("domain", 1 << 16);
            source.lost(3);
            log.sync();
            source.lost(4);
            assertEquals(7, log.counters().lost());
        }
        VerifyReport report = AuditVerifier.verify(dir(), (file, index, total) -> {});
        assertEquals(7, report.lost());
        assertEquals(List.of(), report.findings());
        assertTrue(report.summary().contains(" 7 lost"), report.summary());
    }

    @Test
    void whereHasRoomSaysYesTheRecordsAreTaken() {
        // The writer must not drain meanwhile, so the ring stands alone.
        RingMemory ring = new RingMemory(16 * 1024);
        AuditSource source =
                new AuditSource(
                        1,
                        "alone",
                        SourceKind.PEER,
                        false,
                        ring,
                        new WriterBell(),
                        AuditClock.system());
        int[] lengths = new int[100];
        byte[] verdicts = new byte[100];
        int bursts = 0;
        while (source.hasRoom(AuditSource.burstBytes(bursts % 100))) {
            assertTrue(
                    source.tryBurst(CrossingType.BURST_OUT, 1, 1, bursts % 100, lengths, verdicts));
            bursts++;
        }
        assertTrue(bursts > 20);
        while (source.tryRecord(CrossingType.INTERRUPT, 1, 2, 3)) {
            bursts++;
        }
        assertFalse(source.tryRecord(CrossingType.INTERRUPT, 1, 2, 3));
        assertEquals(bursts, source.recordedOpaque());
        assertTrue(source.ringFullOpaque() >= 2);
    }

    @Test
    void repeatsWithinAWindowBecomeOneRecordWithTheirCount() {
        AtomicLong now = new AtomicLong(1_000_000_000);
        Map<Long, Long> counts = new HashMap<>();
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir(), "host").withClock(now::get))) {
            AuditSource source = log.source("domain", 1 << 16);
            RepeatAggregator repeats = new RepeatAggregator(source);
            for (int i = 0; i < 1000; i++) {
                assertTrue(repeats.tryRecord(CrossingType.DOORBELL, 4, 1));
                assertTrue(repeats.tryRecord(CrossingType.DOORBELL, 8, 1));
                now.addAndGet(10_000);
            }
            assertEquals(0, log.counters().recorded(), "10 ms: all held back");
            now.addAndGet(6_000_000);
            assertTrue(repeats.expire());
            assertEquals(2, log.counters().recorded());
            for (int kind = 0; kind < 12; kind++) {
                assertTrue(repeats.tryRecord(CrossingType.DOORBELL, 100 + kind, 1));
            }
            assertEquals(6, log.counters().recorded(), "more kinds than slots push the oldest out");
            assertTrue(repeats.flush());
            assertEquals(14, log.counters().recorded());
        }
        try (AuditReader reader = AuditReader.open(dir())) {
            reader.tail(
                    AuditFilter.all().withTypes(List.of("DOORBELL")),
                    false,
                    (Crossing c) -> {
                        counts.merge(c.field(0), c.count(), Long::sum);
                        if (c.field(0) == 4) {
                            assertEquals(999 * 10_000, c.lastTime() - c.time());
                        }
                    });
        }
        assertEquals(1000, counts.get(4L));
        assertEquals(1000, counts.get(8L));
        assertEquals(14, counts.size());
    }

    @Test
    void afterTheLogIsClosedASourceTakesNothing() {
        AuditLog log = AuditLog.open(AuditOptions.in(dir(), "host"));
        AuditSource source = log.source("domain", 1 << 16);
        log.close();
        assertFalse(source.tryRecord(CrossingType.INTERRUPT, 1, 0, 0));
        AuditLogException closed =
                assertThrows(
                        AuditLogException.class,
                        () -> source.record(CrossingType.INTERRUPT, 1, 0, 0));
        assertEquals(AuditLogException.Problem.CLOSED, closed.problem());
    }
}
