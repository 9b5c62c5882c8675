package org.cofferdam.audit.kafka.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.SegmentLayout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The follower on a log that is written, rotated, closed, opened again, pruned and damaged. */
final class LogFollowerTest {
    @TempDir Path folder = Path.of("");
    private Path log = Path.of("");
    private final List<String> damage = new ArrayList<>();

    @BeforeEach
    void aFolder() {
        log = folder.resolve("log");
    }

    private AuditLog open() {
        return AuditLog.open(
                AuditOptions.in(log, "host").withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES));
    }

    /** Writes so many records of 80 bytes in one run. */
    private void run(int records) {
        try (AuditLog writer = open()) {
            write(writer, records);
        }
    }

    private static void write(AuditLog writer, int records) {
        AuditSource source = writer.source("domain", 1 << 18);
        for (int i = 0; i < records; i++) {
            source.record(CrossingType.FAULT, i, 1, 2, 3, 4, 0);
        }
        writer.sync();
    }

    private LogFollower follower() {
        return new LogFollower(log, damage::add);
    }

    /** All that is there now. */
    private static List<BlockHeader> drain(LogFollower follower) throws IOException {
        List<BlockHeader> headers = new ArrayList<>();
        for (BlockImage b = follower.next(); b != null; b = follower.next()) {
            headers.add(b.header());
        }
        return headers;
    }

    /** That the blocks have the numbers from {@code first} on, and that each follows the one before. */
    private static void assertChain(long first, List<BlockHeader> headers) {
        @Nullable BlockHash last = null;
        for (BlockHeader h : headers) {
            assertEquals(first++, h.number());
            if (last != null) {
                assertEquals(last, h.previous());
            }
            last = h.hash();
        }
    }

    @Test
    void whatIsWrittenComesOutWholeAcrossSegmentsAndRunsAlsoWhenItWasThereBeforeTheLog()
            throws IOException {
        try (LogFollower follower = follower()) {
            assertTrue(follower.oldest().isEmpty());
            assertNull(follower.next());
            List<BlockHeader> seen = new ArrayList<>();
            try (AuditLog writer = open()) {
                assertNotNull(follower.oldest().orElseThrow());
                for (int part = 0; part < 5; part++) {
                    AuditSource source = writer.source("part-" + part, 1 << 18);
                    for (int i = 0; i < 3000; i++) {
                        source.record(CrossingType.FAULT, i, 1, 2, 3, 4, 0);
                    }
                    writer.sync();
                    seen.addAll(drain(follower));
                }
            }
            run(10);
            seen.addAll(drain(follower));
            follower.makeDurable();
            assertChain(0, seen);
            assertTrue(LogDirectory.segments(log).size() > 3);
            assertTrue(seen.getLast().closed());
            assertEquals(2, seen.getLast().run());
        }
        assertEquals(List.of(), damage);
    }

    @Test
    void whoGoesOnFromABlockGetsItsSegmentAndAllBehindIt() throws IOException {
        run(12_000);
        List<BlockHeader> all;
        try (LogFollower follower = follower()) {
            all = drain(follower);
        }
        BlockHeader middle = all.get(all.size() / 2);
        try (LogFollower follower = follower()) {
            follower.seek(middle.number());
            List<BlockHeader> rest = drain(follower);
            assertEquals(middle.segment(), rest.getFirst().segment());
            assertTrue(rest.getFirst().number() <= middle.number());
            assertChain(rest.getFirst().number(), rest);
            assertEquals(all.getLast(), rest.getLast());
        }
    }

    @Test
    void aHeadThatWasPrunedIsNoEnd() throws IOException {
        run(12_000);
        List<Path> segments = LogDirectory.segments(log);
        Files.delete(segments.getFirst());
        try (LogFollower follower = follower()) {
            follower.seek(0);
            List<BlockHeader> rest = drain(follower);
            assertEquals(2, rest.getFirst().segment());
            assertChain(rest.getFirst().number(), rest);
        }
    }

    @Test
    void aBlockThatIsBeingWrittenIsWaitedForAndOneThatWasNeverFinishedIsPassed()
            throws IOException {
        run(100);
        Path first = LogDirectory.segments(log).getFirst();
        List<BlockHeader> all;
        try (LogFollower follower = follower()) {
            all = drain(follower);
        }
        // The last two blocks are cut out of the file as a writer that is in the middle leaves
        // them.
        int tail = all.getLast().totalBytes() + all.get(all.size() - 2).totalBytes();
        byte[] bytes = Files.readAllBytes(first);
        try (RandomAccessFile file = new RandomAccessFile(first.toFile(), "rw");
                LogFollower follower = follower()) {
            file.seek(bytes.length - tail + 40L);
            file.write(new byte[tail - 40]);
            List<BlockHeader> sound = drain(follower);
            assertEquals(all.size() - 2, sound.size());
            assertEquals(List.of(), damage);
            file.seek(bytes.length - tail);
            file.write(bytes, bytes.length - tail, tail);
            sound.addAll(drain(follower));
            assertChain(0, sound);
            assertEquals(all.size(), sound.size());
        }
        try (RandomAccessFile file = new RandomAccessFile(first.toFile(), "rw")) {
            file.seek(bytes.length - tail + 40L);
            file.write(new byte[tail - 40]);
        }
        run(1);
        try (LogFollower follower = follower()) {
            List<BlockHeader> seen = drain(follower);
            assertEquals(2, seen.getLast().run());
            assertEquals(1, damage.size(), damage.toString());
            assertTrue(damage.getFirst().contains(SegmentLayout.fileName(1)), damage.toString());
        }
    }

    @Test
    void aFlippedBitCostsItsBlockAloneAndIsSaid() throws IOException {
        run(5000);
        Path first = LogDirectory.segments(log).getFirst();
        List<BlockHeader> all;
        try (LogFollower follower = follower()) {
            all = drain(follower);
        }
        try (RandomAccessFile file = new RandomAccessFile(first.toFile(), "rw")) {
            long at = SegmentLayout.HEADER_BYTES + all.getFirst().totalBytes() + 300L;
            file.seek(at);
            int was = file.read();
            file.seek(at);
            file.write(was ^ 4);
        }
        try (LogFollower follower = follower()) {
            List<BlockHeader> seen = drain(follower);
            assertEquals(all.size() - 1, seen.size());
            assertEquals(2, seen.get(1).number());
            assertEquals(1, damage.size(), damage.toString());
        }
    }

    @Test
    void theEndIsFoundByHeadersAlone() throws IOException {
        LogEnd end = new LogEnd(log);
        assertNull(end.look());
        run(5000);
        List<BlockHeader> all;
        try (LogFollower follower = follower()) {
            all = drain(follower);
        }
        assertEquals(all.getLast(), end.look());
        run(1);
        BlockHeader newest = end.look();
        assertNotNull(newest);
        assertEquals(2, newest.run());
    }
}
