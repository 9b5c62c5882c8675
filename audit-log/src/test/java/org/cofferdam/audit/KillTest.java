package org.cofferdam.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.AuditFilter;
import org.cofferdam.audit.read.AuditReader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
    @TempDir Path parent;

    private static VerifyReport verify(Path dir) {
        return AuditVerifier.verify(dir, (file, index, total) -> {});
    }

    @Test
    void afterKillNineTheLogVerifiesAndTheNextRunGoesOnWithTheChain() throws Exception {
        Path dir = parent.resolve("log");
        int kills = 3;
        for (int i = 0; i < kills; i++) {
            KilledWriter.killBusy(dir, 40 + 70L * i);
            VerifyReport dead = verify(dir);
            assertEquals(List.of(), dead.findings(), "after kill " + i);
            assertTrue(!dead.notes().isEmpty(), "a run without STOP is noted");
        }
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir, "host"))) {
            log.source("domain", 1 << 16).record(CrossingType.INTERRUPT, 1, 0, 0);
        }
        VerifyReport report = verify(dir);
        assertEquals(List.of(), report.findings());

        List<Crossing> recovered = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(dir)) {
            reader.tail(AuditFilter.all().withTypes(List.of("RECOVERED")), false, recovered::add);
        }
        assertEquals(kills, recovered.size(), "each run behind a kill says so");
        assertEquals(kills + 1, recovered.getLast().run());
    }

    @Test
    void aRunBehindAHalfWrittenBlockSaysWhatWasCutOff() throws Exception {
        Path dir = parent.resolve("log");
        KilledWriter.killQuiet(dir);
        Path newest = LogDirectory.segments(dir).getLast();
        long at = SegmentLayout.HEADER_BYTES;
        try (SegmentWalker walker = SegmentWalker.open(newest)) {
            while (walker.step(at) instanceof SegmentStep.Block block) {
                at = block.end();
            }
        }
        // The beginning of a block, as a write leaves it that was stopped after its first page.
        byte[] half = new byte[6000];
        java.util.Arrays.fill(half, (byte) 1);
        try (var channel =
                java.nio.channels.FileChannel.open(
                        newest, java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(half), at);
        }
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir, "host"))) {
            assertEquals(AuditCounters.State.RUNNING, log.counters().state());
        }
        List<Crossing> recovered = new ArrayList<>();
        try (AuditReader reader = AuditReader.open(dir)) {
            reader.tail(AuditFilter.all().withTypes(List.of("RECOVERED")), false, recovered::add);
        }
        assertEquals(1, recovered.size());
        assertEquals(at, recovered.getFirst().field(2), "where the last sound block ends");
        assertEquals(6000, recovered.getFirst().field(3), "bytes beyond it");
    }

    @Test
    void aWriterKilledBetweenTwoSegmentsLeavesNothingThatLooksLikeDamage() throws Exception {
        Path dir = parent.resolve("log");
        KilledWriter.killQuiet(dir);
        Path newest = LogDirectory.segments(dir).getLast();
        // The next segment exists, and the block that should seal this one was not written.
        try (SegmentWalker walker = SegmentWalker.open(newest)) {
            SegmentHeader now = walker.header().orElseThrow();
            long blocks = 0;
            long at = SegmentLayout.HEADER_BYTES;
            while (walker.step(at) instanceof SegmentStep.Block block) {
                blocks++;
                at = block.end();
            }
            SegmentFile.create(
                            SegmentStore.real(dir),
                            dir,
                            new SegmentHeader(
                                    now.number() + 1,
                                    now.run(),
                                    now.firstBlock() + blocks + 1,
                                    now.startNanos(),
                                    now.allocated(),
                                    new BlockHash(1, 2, 3, 4),
                                    now.logIdHigh(),
                                    now.logIdLow(),
                                    now.host(),
                                    BlockHash.NONE),
                            BlockHash.sha256())
                    .close();
        }
        assertEquals(List.of(), verify(dir).findings(), "as the kill left it");
        try (AuditLog log = AuditLog.open(AuditOptions.in(dir, "host"))) {
            assertEquals(AuditCounters.State.RUNNING, log.counters().state());
        }
        VerifyReport report = verify(dir);
        assertEquals(List.of(), report.findings(), "after the next run");
        assertEquals(2, report.segments(), "the number of the unused segment is used again");
    }
}
