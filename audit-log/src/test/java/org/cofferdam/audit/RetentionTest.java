package org.cofferdam.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.audit.AuditCounters.State;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.Finding;
import org.cofferdam.audit.verify.Finding.Kind;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {
    private static final long SEGMENT = AuditOptions.MIN_SEGMENT_BYTES;

    @TempDir Path parent;

    private Path dir() {
        return parent.resolve("log");
    }

    private AuditOptions options(RetentionRule rule) {
        return AuditOptions.in(dir(), "host")
                .withSegmentBytes(SEGMENT)
                .withPolicy(AuditPolicy.DEFAULT.with(rule));
    }

    private static RetentionRule bytes(long most) {
        return new RetentionRule(Optional.empty(), most, Optional.empty());
    }

    private VerifyReport verify() {
        return AuditVerifier.verify(dir(), (file, index, total) -> {});
    }

    private List<Integer> segments() {
        try {
            return LogDirectory.segments(dir()).stream()
                    .map(f -> SegmentLayout.number(f).orElseThrow())
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Records until so many segments have been begun. */
    private static long fill(AuditLog log, AuditSource source, long segments) {
        long n = 0;
        while (log.counters().segments() < segments) {
            source.record(CrossingType.INTERRUPT, n++, 0, 0);
        }
        return n;
    }

    private long count(String type) {
        AtomicLong n = new AtomicLong();
        try (AuditReader reader = AuditReader.open(dir())) {
            reader.tail(
                    AuditFilter.all().withTypes(List.of(type)), false, c -> n.incrementAndGet());
        }
        return n.get();
    }

    private static List<Kind> kinds(List<Finding> findings) {
        return findings.stream().map(Finding::kind).toList();
    }

    @Test
    void bySizeTheOldestGoTheChainSaysSoAndVerifyAcceptsTheHead() {
        try (AuditLog log = AuditLog.open(options(bytes(2 * SEGMENT)))) {
            fill(log, log.source("domain", 1 << 16), 10);
            await().atMost(Duration.ofSeconds(30)).until(() -> segments().size() <= 3);
            assertTrue(log.counters().retention().removed() >= 6);
        }
        VerifyReport report = verify();
        assertEquals(List.of(), report.findings());
        assertEquals(List.of(Kind.PRUNED_HEAD), kinds(report.notes()));
        assertEquals(0, report.lost());
        assertTrue(segments().getFirst() > 1);
    }

    @Test
    void byAgeAllButTheNewestTwoGo() {
        AtomicLong now = new AtomicLong(1_800_000_000_000_000_000L);
        RetentionRule rule =
                new RetentionRule(Optional.of(Duration.ofDays(30)), 0, Optional.empty());
        try (AuditLog log = AuditLog.open(options(rule).withClock(now::get))) {
            fill(log, log.source("domain", 1 << 16), 5);
            now.addAndGet(Duration.ofDays(29).toNanos());
            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> segments().size() == 5);
            now.addAndGet(Duration.ofDays(2).toNanos());
            await().atMost(Duration.ofSeconds(30)).until(() -> segments().size() == 2);
        }
        assertEquals(List.of(4, 5), segments());
        assertEquals(List.of(), verify().findings());
    }

    /** The process dies when the chain names what goes and before it goes, or half-way. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aRemovalThatWasCutShortIsFinishedByTheNextStart(int done) throws Exception {
        FragileDisk disk = new FragileDisk(dir());
        Path killed = Files.createDirectory(parent.resolve("killed"));
        try (AuditLog log = AuditLog.open(options(bytes(SEGMENT)), disk)) {
            disk.removeNothing();
            fill(log, log.source("domain", 1 << 16), 8);
            await().atMost(Duration.ofSeconds(30)).until(() -> count("PRUNED") == 6);
            try (var files = Files.list(dir())) {
                for (Path file : files.sorted().toList()) {
                    Files.copy(
                            file,
                            killed.resolve(file.getFileName()),
                            StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        Files.setPosixFilePermissions(killed, PosixFilePermissions.fromString("rwx------"));
        Files.move(dir(), parent.resolve("old"));
        Files.move(killed, dir());
        for (int i = 1; i <= done; i++) {
            Files.delete(dir().resolve(SegmentLayout.fileName(i)));
        }
        assertEquals(List.of(), verify().findings(), "as it was found");
        long before = count("PRUNED");
        try (AuditLog log = AuditLog.open(options(RetentionRule.KEEP_ALL))) {
            assertEquals(7, segments().getFirst(), "six were named");
            log.sync();
        }
        assertEquals(before, count("PRUNED"), "they are named once");
        VerifyReport report = verify();
        assertEquals(List.of(), report.findings());
        assertTrue(kinds(report.notes()).contains(Kind.PRUNED_HEAD));
    }

    private static String shipped(SegmentHeader log, long block, String hash) {
        return "cofferdam-shipped 1\nlog "
                + String.format(
                        "%016x%016x",
                        Long.reverseBytes(log.logIdHigh()), Long.reverseBytes(log.logIdLow()))
                + "\nblock "
                + block
                + "\nhash "
                + hash
                + "\ntime 2026-11-27T09:00:00Z\n";
    }

    @Test
    void whatKafkaHasNotGotStaysWhateverTheShippersFileSays() throws Exception {
        Path state = parent.resolve("shipped");
        RetentionRule rule = new RetentionRule(Optional.empty(), SEGMENT, Optional.of(state));
        try (AuditLog log = AuditLog.open(options(rule))) {
            fill(log, log.source("domain", 1 << 16), 8);
        }
        SegmentHeader header;
        List<BlockHeader> blocks = new ArrayList<>();
        try (SegmentWalker walker = SegmentWalker.open(LogDirectory.segments(dir()).get(2))) {
            header = walker.header().orElseThrow();
            long at = SegmentLayout.HEADER_BYTES;
            while (walker.step(at) instanceof SegmentStep.Block b) {
                blocks.add(b.header());
                at = b.end();
            }
        }
        long block = blocks.getLast().number();
        String hash = blocks.getLast().hash().hex();
        String sound = shipped(header, block, hash);
        String[] unsound = {
            "",
            "nonsense",
            sound.repeat(40),
            sound.replace("shipped 1", "shipped 2"),
            sound.replace("block " + block, "block 999999999999999999"),
            sound.replace("block " + block, "block -1"),
            sound.replace("block " + block, "block " + (block + 1)),
            sound.replace(hash, "00" + hash.substring(2)),
            sound.replaceFirst("log ..", "log 00"),
        };
        Recovery recovery = Recovery.of(dir());
        try (SegmentStore store = SegmentStore.real(dir())) {
            Retention retention =
                    new Retention(
                            options(rule),
                            store,
                            recovery,
                            due -> {
                                throw new AssertionError("would remove " + due);
                            });
            assertFalse(retention.pass(), "no file");
            for (String text : unsound) {
                Files.writeString(state, text);
                assertFalse(retention.pass(), text);
            }
            Files.delete(state);
            Files.createSymbolicLink(state, parent.resolve("elsewhere"));
            Files.writeString(parent.resolve("elsewhere"), sound);
            assertFalse(retention.pass(), "a link");
            Files.delete(state);
        }
        assertEquals(8, segments().size());
        Files.writeString(state, sound);
        try (AuditLog log = AuditLog.open(options(rule))) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> log.counters().retention().removed() == 3);
            assertEquals(block, log.counters().retention().shippedBlock().orElseThrow());
            assertTrue(log.counters().retention().shipperLag().orElseThrow() > 0);
        }
        assertEquals(List.of(4, 5, 6, 7, 8, 9), segments());
        assertEquals(List.of(), verify().findings());
    }

    @Test
    void kafkaAwayFillsTheDiskAndAllGoesOnWhenItIsBack() throws Exception {
        Path state = parent.resolve("shipped");
        FragileDisk disk = new FragileDisk(dir());
        disk.room(5 * SEGMENT);
        RetentionRule rule = new RetentionRule(Optional.empty(), 2 * SEGMENT, Optional.of(state));
        long sent = 0;
        try (AuditLog log = AuditLog.open(options(rule), disk)) {
            AuditSource source = log.source("domain", 1 << 16);
            while (log.state() != State.DISK_FULL) {
                sent += source.tryRecord(CrossingType.INTERRUPT, sent, 0, 0) ? 1 : 0;
            }
            assertEquals(5, segments().size());
            Path fourth = LogDirectory.segments(dir()).get(3);
            try (SegmentWalker walker = SegmentWalker.open(fourth)) {
                SegmentHeader next = walker.header().orElseThrow();
                Files.writeString(
                        state, shipped(next, next.firstBlock() - 1, next.previous().hex()));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> log.state() == State.RUNNING);
            assertFalse(segments().contains(1));
            source.record(CrossingType.INTERRUPT, sent, 0, 0);
        }
        VerifyReport report = verify();
        assertEquals(List.of(), report.findings());
        assertEquals(0, report.lost());
        assertTrue(count("PRUNED") > 0);
        assertTrue(count("LOG_BLOCKED") > 0);
    }
}
