package org.cofferdam.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.audit.AuditCounters.State;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator's choice does when the log cannot take what is recorded. */
class WhenFullTest {
    @TempDir Path parent;

    private Path dir() {
        return parent.resolve("log");
    }

    private AuditOptions options(AuditPolicy policy) {
        return AuditOptions.in(dir(), "host")
                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES)
                .withPolicy(policy);
    }

    private VerifyReport verify() {
        return AuditVerifier.verify(dir(), (file, index, total) -> {});
    }

    private List<Crossing> read(String type) {
        List<Crossing> all = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(dir())) {
            reader.tail(AuditFilter.all().withTypes(List.of(type)), false, all::add);
        }
        return all;
    }

    @Test
    void countGoesOnAndTheLogSaysHowManyRecordsItLacks() {
        FragileDisk disk = new FragileDisk(dir());
        disk.room(2 * AuditOptions.MIN_SEGMENT_BYTES);
        long sent = 0;
        try (AuditLog log =
                AuditLog.open(options(AuditPolicy.DEFAULT.with(WhenFull.COUNT)), disk)) {
            AuditSource source = log.source("domain", 1 << 16);
            AuditSource operator = log.source("control", 1 << 14, SourceKind.OPERATOR);
            while (log.counters().lost() < 1000 || log.state() != State.DISK_FULL) {
                assertTrue(source.hasRoom(4096), "the crossing goes on");
                assertTrue(source.tryRecord(CrossingType.INTERRUPT, sent, 0, 0));
                sent++;
            }
            while (operator.tryRecord(CrossingType.CONTROL, 0, 0, 0)) {
                assertEquals(0, log.counters().sources().get(1).lost());
            }
            assertFalse(operator.hasRoom(4096), "what operators do is never dropped");
            disk.room(Long.MAX_VALUE);
            await().atMost(Duration.ofSeconds(20)).until(() -> log.state() == State.RUNNING);
            assertTrue(source.tryRecord(CrossingType.INTERRUPT, sent, 0, 0));
            sent++;
        }
        VerifyReport report = verify();
        assertEquals(List.of(), report.findings());
        assertEquals(sent, read("INTERRUPT").size() + report.lost());
        assertTrue(read("LOG_BLOCKED").getFirst().field(0) > 0);
    }

    @Test
    void stopAsksForAnOrderlyEndOnceAndHoldsBackUntilThen() throws Exception {
        FragileDisk disk = new FragileDisk(dir());
        disk.room(AuditOptions.MIN_SEGMENT_BYTES);
        CompletableFuture<String> stop = new CompletableFuture<>();
        AuditLog log = AuditLog.open(options(AuditPolicy.DEFAULT.with(WhenFull.STOP)), disk);
        log.onStop(reason -> assertTrue(stop.complete(reason), "told twice"));
        AuditSource source = log.source("domain", 1 << 16);
        long sent = 0;
        while (!stop.isDone()) {
            sent += source.tryRecord(CrossingType.INTERRUPT, sent, 0, 0) ? 1 : 0;
        }
        assertTrue(stop.get().contains("the disk of the test is full"), stop.get());
        assertTrue(stop.get().contains("The disk is full"), stop.get());
        assertEquals(0, log.counters().lost());
        String message =
                String.valueOf(assertThrows(AuditLogException.class, log::close).getMessage());
        assertTrue(message.contains("LOSS"), message);
        VerifyReport report = verify();
        assertEquals(List.of(), report.findings());
        assertEquals(sent, read("INTERRUPT").size() + report.lost());
    }

    @Test
    void aSourceThatFloodsIsHeldBackByItsQuotaAndItsNeighbourNotAtAll() throws Exception {
        long quota = 1 << 20;
        AtomicLong flooded = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        AuditCounters counters;
        try (AuditLog log = AuditLog.open(options(AuditPolicy.DEFAULT.withQuota(quota)))) {
            AuditSource flood = log.source("switch.guest.flood", 1 << 20);
            AuditSource work = log.source("switch.guest.work", 1 << 20);
            AuditSource operator = log.source("control", 1 << 16, SourceKind.OPERATOR);
            CompletableFuture<Void> flooding =
                    CompletableFuture.runAsync(
                            () -> {
                                while (!enough.get()) {
                                    if (flood.hasRoom(64)
                                            && flood.tryRecord(
                                                    CrossingType.GUEST_MESSAGE,
                                                    1,
                                                    flooded.get(),
                                                    0)) {
                                        flooded.incrementAndGet();
                                    } else {
                                        Thread.onSpinWait();
                                    }
                                }
                            });
            // Its own share, and no more: it is never to find its ring full.
            for (int i = 0; i < 20_000; i++) {
                assertTrue(work.tryRecord(CrossingType.INTERRUPT, i, 0, 0), "held back at " + i);
                if (i % 200 == 0) {
                    operator.record(CrossingType.CONTROL, i, 0, 0);
                    log.sync();
                }
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> log.counters().sources().getFirst().limitedNanos() > 0);
            enough.set(true);
            flooding.get();
            counters = log.counters();
        }
        AuditCounters.Source flood = counters.sources().getFirst();
        assertTrue(flood.ringFull() > 0, "it did not flood");
        assertEquals(0, counters.sources().get(1).ringFull());
        assertEquals(0, counters.sources().get(1).limitedNanos());
        assertEquals(0, counters.sources().get(2).limitedNanos(), "operators have no quota");
        assertEquals(0, counters.lost());
        List<Crossing> told = read("SOURCE_LIMITED");
        assertTrue(
                told.stream()
                        .anyMatch(c -> c.text().equals("switch.guest.flood") && c.field(1) > 0),
                "the log does not say that the flood was held back");
        assertTrue(told.stream().allMatch(c -> c.field(0) == 1), "somebody else was held back");
        assertEquals(flooded.get(), read("GUEST_MESSAGE").size(), "and loses nothing by it");
        assertEquals(20_000, read("INTERRUPT").size());
        assertEquals(List.of(), verify().findings());
    }

    @Test
    void aQuotaIsWhatItSaysOverTimeWithASecondsWorthAtOnce() {
        long quota = 1 << 20;
        RingMemory ring = new RingMemory(8 << 20);
        AuditSource source =
                new AuditSource(
                        1,
                        "peer",
                        SourceKind.PEER,
                        false,
                        ring,
                        new WriterBell(),
                        AuditClock.system());
        Intake intake = new Intake(source, quota, 0);
        int records = 0;
        while (source.tryRecord(CrossingType.INTERRUPT, 1, 2, 3)) {
            records++;
        }
        assertTrue(records * 48L > 3 * quota, "too few to reach it");
        long record = 48;
        long taken = take(intake, 0);
        assertTrue(taken >= quota && taken < quota + record, "a second's worth at once: " + taken);
        Intake.Limited none = intake.limited(0);
        assertEquals(0, none.nanos(), "it begins");
        for (int beat = 1; beat <= 66; beat++) {
            taken += take(intake, beat * 15_000_000L);
        }
        assertTrue(taken < quota * 2 + record, "a second later: " + taken);
        assertTrue(taken > quota * 19 / 10, "and not much less: " + taken);
        Intake.Limited told = intake.limited(1_000_000_000L);
        assertEquals(1_000_000_000L, told.nanos(), "each second it is told");
        assertTrue(Math.abs(taken - quota - told.bytes()) <= record, "and how much it wrote");
        assertEquals(1_000_000_000L, intake.limitedNanos());
    }

    private static long take(Intake intake, long now) {
        long bytes = 0;
        intake.look(now);
        for (long at = intake.next(false); at >= 0; at = intake.next(false)) {
            int padded = intake.padded(at);
            intake.taken(padded);
            bytes += padded;
        }
        intake.release();
        return bytes;
    }
}
