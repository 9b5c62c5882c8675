package org.cofferdam.audit.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.verify.Finding.Kind;
import org.cofferdam.audit.verify.LogFixture.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamageIsNamedTest {
    @TempDir Path parent;

    private LogFixture closedLog() {
        return LogFixture.closed(parent.resolve("log"), 8);
    }

    private LogFixture killedLog() throws IOException {
        return LogFixture.killed(parent.resolve("log"), parent.resolve("copy"), 8);
    }

    private static List<Kind> kinds(List<Finding> findings) {
        return findings.stream().map(Finding::kind).toList();
    }

    private static Finding only(Kind kind, LogFixture log) {
        VerifyReport report = log.verify();
        assertEquals(List.of(kind), kinds(report.findings()), () -> report.findings().toString());
        return report.findings().getFirst();
    }

    @Test
    void aSoundLogVerifiesWithItsNumbers() throws Exception {
        LogFixture log = closedLog();
        VerifyReport report = log.verify();
        assertTrue(report.ok(), report::toString);
        assertEquals(List.of(), report.notes());
        int segments = log.segments().size();
        assertTrue(segments >= 3, "the tests need segments: " + segments);
        // 6400 of the source; of the log SEGMENT, KEY and SOURCE for each segment, START and STOP
        // with a
        // CHECKPOINT each.
        assertEquals(6400 + 3 * segments + 4, report.records());
        assertEquals(2, report.checkpoints());
        assertTrue(report.summary().startsWith("OK: " + report.records() + " records, 0 lost, "));
    }

    @Test
    void aFlippedBitIsNamedWithSegmentAndBlockWhereverItIs() throws Exception {
        LogFixture log = closedLog();
        Random random = new Random(20261122);
        List<Place> blocks = log.blocks();
        for (int round = 0; round < 150; round++) {
            Place block = blocks.get(random.nextInt(blocks.size()));
            // Half of the flips in the header, where they do the most harm.
            int at =
                    random.nextBoolean()
                            ? random.nextInt(BlockLayout.HEADER_BYTES)
                            : random.nextInt(block.bytes());
            int bit = random.nextInt(8);
            log.flip(block.file(), block.offset() + at, bit);
            Finding finding = only(Kind.FLIPPED_BIT, log);
            assertEquals(block.number(), finding.firstBlock(), finding::toString);
            assertEquals(block.offset(), finding.offset());
            assertEquals(block.file().getFileName().toString(), finding.file());
            log.flip(block.file(), block.offset() + at, bit);
        }
        assertTrue(log.verify().ok());
    }

    @Test
    void aFlippedBitInALogWhoseWriterWasKilledIsNamedToo() throws Exception {
        LogFixture log = killedLog();
        assertEquals(List.of(Kind.UNCLEAN_STOP, Kind.UNSIGNED_TAIL), kinds(log.verify().notes()));
        Place last = log.blocks().getLast();
        for (int at : new int[] {0, 3, 8, 12, 13, 16, 40, 70, 100, 128, 200, last.bytes() - 1}) {
            log.flip(last.file(), last.offset() + at, 5);
            assertEquals(last.number(), only(Kind.FLIPPED_BIT, log).firstBlock(), "byte " + at);
            log.flip(last.file(), last.offset() + at, 5);
        }
    }

    @Test
    void aBlockThatWasCutOutIsMissing() throws Exception {
        LogFixture log = closedLog();
        Place block = log.middle();
        log.change(
                block.file(),
                bytes -> {
                    byte[] shorter = Arrays.copyOf(bytes, bytes.length - block.bytes());
                    int behind = (int) block.offset() + block.bytes();
                    System.arraycopy(
                            bytes, behind, shorter, (int) block.offset(), bytes.length - behind);
                    return shorter;
                });
        Finding finding = only(Kind.MISSING_BLOCK, log);
        assertEquals(block.number(), finding.firstBlock());
        assertEquals(block.number(), finding.lastBlock());
        assertTrue(log.verify().gone() > 700, "the records that went with it are counted");
    }

    @Test
    void aBlockThatWasZeroedIsMissing() throws Exception {
        LogFixture log = closedLog();
        Place block = log.middle();
        log.change(
                block.file(),
                bytes -> {
                    int from = (int) block.offset();
                    Arrays.fill(bytes, from, from + block.bytes(), (byte) 0);
                    return bytes;
                });
        assertEquals(block.number(), only(Kind.MISSING_BLOCK, log).firstBlock());
    }

    @Test
    void twoBlocksThatChangedPlacesAreReordered() throws Exception {
        LogFixture log = closedLog();
        List<Place> blocks = log.blocks(log.segment(2));
        Place one = blocks.get(1);
        Place two = blocks.get(2);
        log.change(
                one.file(),
                bytes -> {
                    byte[] swapped = bytes.clone();
                    System.arraycopy(
                            bytes, (int) two.offset(), swapped, (int) one.offset(), two.bytes());
                    System.arraycopy(
                            bytes,
                            (int) one.offset(),
                            swapped,
                            (int) one.offset() + two.bytes(),
                            one.bytes());
                    return swapped;
                });
        assertEquals(one.number(), only(Kind.REORDERED_BLOCK, log).firstBlock());
    }

    @Test
    void aTailCutInsideABlockIsTruncated() throws Exception {
        LogFixture log = closedLog();
        Place last = log.blocks().getLast();
        log.change(
                last.file(), bytes -> Arrays.copyOf(bytes, (int) last.offset() + last.bytes() / 2));
        assertEquals(last.number(), only(Kind.TRUNCATED_TAIL, log).firstBlock());
    }

    @Test
    void aTailCutBetweenBlocksIsTruncated() throws Exception {
        LogFixture log = closedLog();
        Place last = log.blocks().getLast();
        log.change(last.file(), bytes -> Arrays.copyOf(bytes, (int) last.offset()));
        assertEquals(last.number(), only(Kind.TRUNCATED_TAIL, log).firstBlock());
    }

    @Test
    void aTailCutFromAnEarlierSegmentIsTruncatedWithTheBlocksThatAreGone() throws Exception {
        LogFixture log = closedLog();
        List<Place> blocks = log.blocks(log.segment(2));
        Place from = blocks.get(1);
        log.change(from.file(), bytes -> Arrays.copyOf(bytes, (int) from.offset() + 100));
        Finding finding = only(Kind.TRUNCATED_TAIL, log);
        assertEquals(from.number(), finding.firstBlock());
        assertEquals(blocks.getLast().number(), finding.lastBlock());
    }

    @Test
    void aKilledWritersFileThatWasCutIsTruncated() throws Exception {
        LogFixture log = killedLog();
        Place last = log.blocks().getLast();
        log.change(last.file(), bytes -> Arrays.copyOf(bytes, (int) last.offset() + last.bytes()));
        only(Kind.TRUNCATED_TAIL, log);
    }

    @Test
    void aLastBlockThatWasHalfWrittenIsToldFromDamage() throws Exception {
        LogFixture log = killedLog();
        Place last = log.blocks().getLast();
        int page = (int) (last.offset() + last.bytes() / 2) & -4096;
        log.change(
                last.file(),
                bytes -> {
                    Arrays.fill(bytes, page, bytes.length, (byte) 0);
                    return bytes;
                });
        VerifyReport report = log.verify();
        assertEquals(List.of(), report.findings());
        assertEquals(
                List.of(Kind.TORN_BLOCK, Kind.UNCLEAN_STOP, Kind.UNSIGNED_TAIL),
                kinds(report.notes()));
    }

    @Test
    void twoSegmentsThatChangedNamesAreReordered() throws Exception {
        LogFixture log = closedLog();
        Path spare = log.dir.resolve("spare");
        Files.move(log.segment(1), spare);
        Files.move(log.segment(2), log.segment(1));
        Files.move(spare, log.segment(2));
        VerifyReport report = log.verify();
        assertEquals(
                List.of(Kind.REORDERED_SEGMENT, Kind.REORDERED_SEGMENT),
                kinds(report.findings()),
                report.findings()::toString);
        assertEquals(SegmentLayout.fileName(1), report.findings().getFirst().file());
    }

    @Test
    void aSegmentThatWasRemovedIsMissing() throws Exception {
        LogFixture log = closedLog();
        Files.delete(log.segment(2));
        assertEquals(SegmentLayout.fileName(2), only(Kind.MISSING_SEGMENT, log).file());
    }

    @Test
    void theFirstAndTheLastSegmentAreMissedToo() throws Exception {
        LogFixture log = closedLog();
        Path last = log.segments().getLast();
        byte[] kept = Files.readAllBytes(last);
        Files.delete(last);
        assertEquals(last.getFileName().toString(), only(Kind.MISSING_SEGMENT, log).file());
        Files.write(last, kept);
        Files.delete(log.segment(1));
        assertEquals(SegmentLayout.fileName(1), only(Kind.MISSING_SEGMENT, log).file());
    }

    @Test
    void aCopiedSegmentIsNamed() throws Exception {
        LogFixture log = closedLog();
        Files.copy(log.segment(2), log.segment(77));
        VerifyReport report = log.verify();
        assertEquals(
                List.of(Kind.REORDERED_SEGMENT, Kind.REORDERED_SEGMENT), kinds(report.findings()));
    }

    @Test
    void aSegmentOfAnotherLogIsForeign() throws Exception {
        LogFixture log = closedLog();
        LogFixture other = LogFixture.closed(parent.resolve("other"), 8);
        Files.copy(
                other.segment(2),
                log.segment(2),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        VerifyReport report = log.verify();
        assertEquals(Kind.FOREIGN_BLOCK, report.findings().getFirst().kind());
        assertEquals(
                SegmentLayout.fileName(2), report.findings().getFirst().file(), report::toString);
    }

    @Test
    void aDamagedSegmentHeaderIsNamed() throws Exception {
        LogFixture log = closedLog();
        log.flip(log.segment(2), SegmentLayout.HOST, 0);
        assertEquals(SegmentLayout.fileName(2), only(Kind.BAD_HEADER, log).file());
    }

    @Test
    void aBlockThatWasForgedWithItsHashBreaksTheChainBehindIt() throws Exception {
        LogFixture log = closedLog();
        Place block = log.middle();
        log.forge(
                block,
                b -> {
                    long field = BlockLayout.HEADER_BYTES + RecordLayout.HEADER_BYTES + 8;
                    Bytes.u64(b, field, Bytes.u64(b, field) + 1);
                });
        assertEquals(block.number() + 1, only(Kind.BROKEN_CHAIN, log).firstBlock());
    }

    @Test
    void aSequenceThatJumpsInsideSoundBlocksIsNamed() throws Exception {
        LogFixture log = closedLog();
        List<Place> blocks = log.blocks();
        int index = blocks.size() - 3;
        // Forge one block, then put the chain behind it right, as a writer that lies would have
        // written it.
        log.forge(
                blocks.get(index),
                b -> {
                    long at = BlockLayout.HEADER_BYTES + (long) RecordLayout.SEQUENCE;
                    Bytes.u64(b, at, Bytes.u64(b, at) + 5);
                });
        VerifyReport report = log.verify();
        assertTrue(kinds(report.findings()).contains(Kind.SEQUENCE_GAP), report::toString);
        Finding gap =
                report.findings().stream()
                        .filter(f -> f.kind() == Kind.SEQUENCE_GAP)
                        .findFirst()
                        .orElseThrow();
        assertEquals(blocks.get(index).number(), gap.firstBlock());
    }

    @Test
    void bytesPutBetweenBlocksAreStray() throws Exception {
        LogFixture log = closedLog();
        Place block = log.middle();
        log.change(
                block.file(),
                bytes -> {
                    byte[] longer = new byte[bytes.length + 512];
                    int at = (int) block.offset();
                    System.arraycopy(bytes, 0, longer, 0, at);
                    Arrays.fill(longer, at, at + 512, (byte) 'x');
                    System.arraycopy(bytes, at, longer, at + 512, bytes.length - at);
                    return longer;
                });
        only(Kind.STRAY_BYTES, log);
    }

    @Test
    void aLogThatIsBeingWrittenVerifiesWithANote() {
        Path dir = parent.resolve("live");
        try (AuditLog log = AuditLog.open(LogFixture.options(dir))) {
            log.source("domain", 1 << 16).record(CrossingType.INTERRUPT, 1, 0, 0);
            log.sync();
            VerifyReport report = AuditVerifier.verify(dir, (file, index, total) -> {});
            assertEquals(List.of(), report.findings());
            assertEquals(List.of(Kind.LIVE, Kind.UNSIGNED_TAIL), kinds(report.notes()));
        }
    }

    @Test
    void anyBytesAtAllAreAnsweredWithFindingsAndNeverWithAnException() throws Exception {
        LogFixture log = closedLog();
        byte[] sound = Files.readAllBytes(log.segment(2));
        Random random = new Random(4711);
        for (int round = 0; round < 60; round++) {
            byte[] bytes = sound.clone();
            for (int i = random.nextInt(40); i >= 0; i--) {
                int at = random.nextInt(bytes.length);
                int length = Math.min(1 + random.nextInt(300), bytes.length - at);
                byte fill = (byte) random.nextInt();
                Arrays.fill(bytes, at, at + length, fill);
            }
            Files.write(log.segment(2), Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            assertTrue(!log.verify().ok(), "round " + round);
        }
    }
}
