package org.cofferdam.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingConsumer;
import org.cofferdam.audit.read.RecordParser;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.Finding;
import org.cofferdam.audit.verify.Finding.Kind;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The power goes, and what was not synced is gone, kept or torn, as it comes. */
class PowerCutTest {
    private static final int CUTS = 25;
    private static final Set<Kind> HALF_WRITTEN =
            EnumSet.of(Kind.FLIPPED_BIT, Kind.MISSING_BLOCK, Kind.STRAY_BYTES);

    @TempDir Path parent;

    private static AuditOptions options(Path directory) {
        return AuditOptions.in(directory, "host")
                .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES)
                .withGroupCommit(Duration.ofMillis(2))
                .withCheckpoints(Duration.ofMillis(20), 8);
    }

    /** First fields of INTERRUPT records, in the order of the log. */
    private static List<Long> numbers(Path directory) {
        List<Long> numbers = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(directory)) {
            reader.tail(
                    AuditFilter.all().withTypes(List.of("INTERRUPT")),
                    false,
                    new CrossingConsumer() {
                        @Override
                        public void crossing(Crossing c) {
                            numbers.add(c.field(0));
                        }

                        @Override
                        public void damage(String sentence) {
                            // Behind what is promised there may be some; verify says where.
                        }
                    });
        }
        return numbers;
    }

    private static VerifyReport verify(Path directory) {
        return AuditVerifier.verify(directory, (file, index, total) -> {});
    }

    /** The power goes before a thing that the log does to its disk, at random, over and over. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatWasSyncedIsThereAfterAnyCutAndTheNextRunGoesOn(long series) {
        int cutShort = 0;
        for (int i = 0; i < CUTS; i++) {
            Random random = new Random(series * 1000 + i);
            Path live = parent.resolve("live-" + i);
            Path image = parent.resolve("image-" + i);
            AtomicLong promised = new AtomicLong(-1);
            AtomicLong promisedAtCut = new AtomicLong();
            int at = 6 + random.nextInt(i % 2 == 0 ? 60 : 400);
            FragileDisk disk = new FragileDisk(live);
            disk.beforeEach(
                    n -> {
                        if (n == at) {
                            promisedAtCut.set(promised.get());
                            disk.cut(image, random);
                        }
                    });
            long sent = 0;
            try (AuditLog log = AuditLog.open(options(live), disk)) {
                AuditSource source = log.source("domain", 1 << 18);
                while (!Files.exists(image) && sent < 40_000) {
                    for (int burst = random.nextInt(800); burst >= 0; burst--) {
                        source.record(CrossingType.INTERRUPT, sent++, 0, 0);
                    }
                    if (random.nextInt(3) == 0) {
                        log.sync();
                        promised.set(sent - 1);
                    }
                }
            }
            if (!Files.exists(image)) {
                continue;
            }
            cutShort++;
            check(image, promisedAtCut.get(), "series " + series + ", cut " + i + " at " + at);
        }
        assertTrue(cutShort > CUTS / 2, "the power went " + cutShort + " times only");
    }

    private static void check(Path image, long promised, String which) {
        if (promised < 0 && !hasSegment(image)) {
            return; // it went before the log was begun, and nobody was told otherwise
        }
        List<Long> there = numbers(image);
        for (long n = 0; n <= promised; n++) {
            assertTrue(n < there.size() && there.get((int) n) == n, which + ": " + n + " is gone");
        }
        long lastPromised = blockOf(image, promised);
        checkFindings(image, lastPromised, which);
        try (AuditLog log = AuditLog.open(options(image))) {
            log.source("domain", 1 << 16).record(CrossingType.DOORBELL, 1, 0, 0);
        }
        List<Long> after = numbers(image);
        for (long n = 0; n <= promised; n++) {
            assertTrue(n < after.size() && after.get((int) n) == n, which + ": " + n + " is gone");
        }
        checkFindings(image, lastPromised, which + ", next run");
    }

    /** Half-written blocks are what a loss of power looks like; nothing else is, and nothing before the promise's end. */
    private static void checkFindings(Path image, long lastPromised, String which) {
        for (Finding f : verify(image).findings()) {
            assertTrue(HALF_WRITTEN.contains(f.kind()), which + ": " + f);
            assertTrue(
                    f.firstBlock() > lastPromised || f.kind() == Kind.STRAY_BYTES,
                    which + ": " + f + ", promised up to block " + lastPromised);
        }
    }

    private static boolean hasSegment(Path image) {
        try {
            return !LogDirectory.segments(image).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The block in which a number is, or -1. */
    private static long blockOf(Path image, long number) {
        AtomicLong found = new AtomicLong(-1);
        RecordParser parser = new RecordParser();
        try {
            for (Path file : LogDirectory.segments(image)) {
                try (SegmentWalker walker = SegmentWalker.open(file)) {
                    long at = SegmentLayout.HEADER_BYTES;
                    while (walker.step(at) instanceof SegmentStep.Block block) {
                        parser.parse(
                                block.header(),
                                block.payload(),
                                (c, offset) -> {
                                    if (c.code() == CrossingType.INTERRUPT.code()
                                            && c.field(0) == number) {
                                        found.set(block.header().number());
                                    }
                                });
                        at = block.end();
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return found.get();
    }

    @Test
    void withoutAnybodyAskingRecordsAreOnTheDeviceSoon() {
        FragileDisk disk = new FragileDisk(parent.resolve("live"));
        AtomicInteger cuts = new AtomicInteger();
        // What is not synced is lost, all of it.
        Random nothing =
                new Random() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public int nextInt(int bound) {
                        return 0;
                    }
                };
        try (AuditLog log = AuditLog.open(options(parent.resolve("live")), disk)) {
            AuditSource source = log.source("domain", 1 << 16);
            for (int i = 0; i < 5; i++) {
                long n = i;
                source.record(CrossingType.INTERRUPT, n, 0, 0);
                await().atMost(Duration.ofSeconds(20))
                        .until(
                                () -> {
                                    Path image = parent.resolve("image-" + cuts.incrementAndGet());
                                    disk.cut(image, nothing);
                                    return numbers(image).contains(n);
                                });
            }
        }
    }

    @Test
    void theKernelAloneIsTrustedIfTheOperatorSaysSo() {
        FragileDisk disk = new FragileDisk(parent.resolve("live"));
        AuditOptions options =
                options(parent.resolve("live"))
                        .withPolicy(AuditPolicy.DEFAULT.with(Durability.KERNEL));
        try (AuditLog log = AuditLog.open(options, disk)) {
            AuditSource source = log.source("domain", 1 << 16);
            source.record(CrossingType.INTERRUPT, 1, 0, 0);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> log.counters().written() > 0 && log.counters().recorded() == 1);
            assertEquals(0, log.counters().disk().syncs(), "no group commit is synced");
            log.sync();
            assertEquals(1, log.counters().disk().syncs());
        }
    }

    @Test
    void aSlowDiskHoldsNobodyBackAndIsToldOf() {
        Path live = parent.resolve("live");
        FragileDisk disk = new FragileDisk(live);
        long held;
        try (AuditLog log = AuditLog.open(options(live).withSegmentBytes(16 << 20), disk)) {
            AuditSource source = log.source("domain", 1 << 16);
            source.record(CrossingType.INTERRUPT, 0, 0, 0);
            log.sync();
            disk.syncTakes(2_000_000_000L);
            source.record(CrossingType.INTERRUPT, 1, 0, 0);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> log.state() == AuditCounters.State.SLOW);
            // One sync is under way: sixteen times the ring goes through meanwhile.
            long syncs = log.counters().disk().syncs();
            long before = log.counters().written();
            for (int i = 2; i < 16_000; i++) {
                while (!source.tryRecord(CrossingType.INTERRUPT, i, 0, 0)) {
                    LockSupport.parkNanos(20_000);
                }
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> log.counters().written() > before + 10_000);
            held = log.counters().disk().syncs() - syncs;
            assertTrue(log.counters().disk().syncingNanos() > 0 || held > 0);
            disk.syncTakes(0);
            log.sync();
            await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                source.record(CrossingType.INTERRUPT, 16_000, 0, 0);
                                return log.state() == AuditCounters.State.RUNNING
                                        && count(live, "LOG_BLOCKED") > 0;
                            });
        }
        assertTrue(held <= 1, "the writer waited for the disk: " + held);
        assertEquals(List.of(), verify(live).findings());
        assertEquals(0, verify(live).lost());
    }

    private static long count(Path directory, String type) {
        AtomicLong n = new AtomicLong();
        try (AuditReader reader = AuditReader.open(directory)) {
            reader.tail(
                    AuditFilter.all().withTypes(List.of(type)), false, c -> n.incrementAndGet());
        }
        return n.get();
    }

    @Test
    void whenASyncedRecordIsAskedForWithALimitTheAnswerIsInTime() {
        Path live = parent.resolve("live");
        FragileDisk disk = new FragileDisk(live);
        try (AuditLog log = AuditLog.open(options(live), disk)) {
            AuditSource source = log.source("control", 1 << 16, SourceKind.OPERATOR);
            source.record(CrossingType.CONTROL, 0, 0, 0);
            assertTrue(log.sync(Duration.ofSeconds(60)));
            disk.syncTakes(60_000_000_000L);
            source.record(CrossingType.CONTROL, 0, 0, 0);
            assertTrue(!log.sync(Duration.ofMillis(20)));
            disk.syncTakes(0);
        }
        assertEquals(Set.of(), Set.copyOf(verify(live).findings()));
    }
}
