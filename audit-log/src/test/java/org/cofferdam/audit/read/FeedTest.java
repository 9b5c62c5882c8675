package org.cofferdam.audit.read;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading by blocks and segments: what is passed over, and what is found none the less. */
class FeedTest {
    private static final long START = 1_795_377_314_000_000_000L;
    private static final long SECOND = 1_000_000_000L;

    @TempDir Path parent;

    private final AtomicLong now = new AtomicLong(START);

    private Path dir() {
        return parent.resolve("log");
    }

    private AuditLog open() {
        return AuditLog.open(
                AuditOptions.in(dir(), "host")
                        .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES)
                        .withClock(now::get));
    }

    /** About six segments of bursts of port 2, with two refusals of the guest web (port 7) in the middle of them. */
    private void writeRareRefusals() {
        try (AuditLog log = open()) {
            AuditSource guests = log.source("guests", 1 << 16);
            AuditSource domain = log.source("switch", 1 << 20);
            attach(guests, 7, "web");
            attach(guests, 8, "db");
            for (int i = 0; i < 20_000; i++) {
                now.addAndGet(SECOND / 1_000);
                if (i == 9_000 || i == 9_001) {
                    guests.record(CrossingType.GUEST_CALL_REFUSED, 7, 101, i, 1, 1, 0, "ptrace");
                    guests.record(CrossingType.GUEST_CALL_REFUSED, 8, 102, i, 1, 1, 0, "mount");
                    log.sync();
                }
                domain.record(CrossingType.INTERRUPT, i, 1, 0, 0, 0, 0);
                if (i % 1000 == 0) {
                    log.sync();
                }
            }
        }
    }

    private static void attach(AuditSource guests, int port, String name) {
        guests.record(CrossingType.PORT_ATTACH, port, 2, 0x020000000007L, 2, 0, 0, name);
    }

    private List<Crossing> found = new ArrayList<>();

    private AuditStream.Progress query(AuditFilter filter) {
        found = new ArrayList<>();
        try (AuditStream stream = AuditStream.of(dir()).filter(filter)) {
            return stream.forEach((crossing, place) -> found.add(crossing));
        }
    }

    @Test
    void aQueryForSomethingRarePassesOverWholeSegmentsAndBlocks() throws IOException {
        writeRareRefusals();
        int segments = LogDirectory.segments(dir()).size();
        assertTrue(segments >= 4, segments + " segments");
        AuditFilter all = AuditFilter.all();
        AuditStream.Progress everything = query(all);
        AuditStream.Progress rare =
                query(
                        all.withGuests(Set.of("web"))
                                .withTypes(Set.of(CrossingType.GUEST_CALL_REFUSED)));
        assertEquals(List.of(101L, 101L), found.stream().map(c -> c.field(1)).toList());
        assertEquals(Optional.of("web"), found.getFirst().portName());
        assertEquals("guests", found.getFirst().sourceName());
        assertTrue(
                2 * rare.blocks() < everything.blocks(),
                "read " + rare.blocks() + " of " + everything.blocks() + " blocks");
        assertEquals(everything.blocks(), rare.blocks() + rare.skippedBlocks());
    }

    @Test
    void whatIsSkippedIsNeverWhatWouldHaveBeenFound() {
        writeRareRefusals();
        AuditFilter all = AuditFilter.all();
        List<AuditFilter> filters =
                List.of(
                        all.withPorts(Set.of(8L)),
                        all.withGuests(Set.of("db", "web")),
                        all.withSources(Set.of("guests")),
                        all.withSeverity(Severity.MEDIUM),
                        all.withTypes(List.of("PORT_ATTACH", "STOP")),
                        all.between(
                                Optional.of(CrossingFormat.instant(START + 9 * SECOND)),
                                Optional.of(CrossingFormat.instant(START + 10 * SECOND))));
        List<Crossing> every = new ArrayList<>();
        query(all);
        every.addAll(found);
        for (AuditFilter filter : filters) {
            List<String> expected =
                    every.stream().filter(filter::accepts).map(CrossingFormat::json).toList();
            query(filter);
            assertEquals(expected, found.stream().map(CrossingFormat::json).toList());
            assertFalse(expected.isEmpty());
        }
    }

    @Test
    void timesPassOverSegments() {
        writeRareRefusals();
        AuditStream.Progress all = query(AuditFilter.all());
        Instant late = CrossingFormat.instant(now.get() - SECOND / 2);
        AuditStream.Progress end =
                query(AuditFilter.all().between(Optional.of(late), Optional.empty()));
        assertTrue(found.size() > 100 && found.size() < 1_000, found.size() + " found");
        assertTrue(end.blocks() < all.blocks(), end.blocks() + " of " + all.blocks());
    }

    @Test
    void aPortsNameIsThatOfItsLastAttachInTheSameRun() {
        try (AuditLog log = open()) {
            AuditSource guests = log.source("guests", 1 << 16);
            attach(guests, 7, "web");
            guests.record(CrossingType.GUEST_LEFT, 7, 0, 0, 0, 0, 0, "one");
            attach(guests, 7, "mail");
            guests.record(CrossingType.GUEST_LEFT, 7, 0, 0, 0, 0, 0, "two");
        }
        try (AuditLog log = open()) {
            AuditSource guests = log.source("guests", 1 << 16);
            guests.record(CrossingType.GUEST_LEFT, 7, 0, 0, 0, 0, 0, "three");
        }
        AuditFilter left = AuditFilter.all().withTypes(Set.of(CrossingType.GUEST_LEFT));
        query(left.withGuests(Set.of("web")));
        assertEquals(List.of("one"), found.stream().map(Crossing::text).toList());
        query(left.withGuests(Set.of("mail")));
        assertEquals(List.of("two"), found.stream().map(Crossing::text).toList());
        query(left);
        assertEquals(3, found.size());
    }

    @Test
    void aSummaryThatWasChangedIsDamageAndHidesNothingQuietly() throws IOException {
        writeRareRefusals();
        // The types in the header of the sealing block of the segment with the refusals.
        Path hidden = null;
        AuditFilter refusals = AuditFilter.all().withTypes(Set.of(CrossingType.GUEST_CALL_REFUSED));
        for (Path segment : LogDirectory.segments(dir())) {
            try (FileChannel file =
                    FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long seal = file.size() - BlockLayout.HEADER_BYTES;
                ByteBuffer header = ByteBuffer.allocate(BlockLayout.HEADER_BYTES);
                file.read(header, seal);
                boolean holds =
                        BlockHeader.read(MemorySegment.ofArray(header.array()), 0)
                                .summary()
                                .mayHold(CrossingType.GUEST_CALL_REFUSED.code());
                if (holds && hidden == null) {
                    file.write(ByteBuffer.allocate(16), seal + BlockLayout.SUMMARY + 8);
                    hidden = segment;
                }
            }
        }
        List<String> damage = new ArrayList<>();
        List<Crossing> seen = new ArrayList<>();
        try (AuditStream stream = AuditStream.of(dir()).filter(refusals)) {
            stream.forEach(
                    new AuditStream.Consumer() {
                        @Override
                        public void crossing(Crossing crossing, CrossingPlace place) {
                            seen.add(crossing);
                        }

                        @Override
                        public void damage(String sentence) {
                            damage.add(sentence);
                        }
                    });
        }
        assertEquals(4, seen.size());
        assertEquals(1, damage.size(), damage.toString());
    }

    @Test
    void aFeedFromABlockOnBringsThatOneFirst() throws IOException {
        writeRareRefusals();
        List<Long> numbers = new ArrayList<>();
        BlockFeed.Sink sink = collecting(numbers);
        try (DirectoryFeed all =
                DirectoryFeed.open(dir(), 0, false, BlockFeed.BlockInterest.everything())) {
            while (all.next(sink, Duration.ZERO)) {
                assertFalse(numbers.isEmpty());
            }
        }
        long middle = numbers.size() / 2;
        for (int i = 0; i < numbers.size(); i++) {
            assertEquals(i, numbers.get(i));
        }
        int blocks = numbers.size();
        numbers.clear();
        try (DirectoryFeed rest =
                DirectoryFeed.open(dir(), middle, false, BlockFeed.BlockInterest.everything())) {
            while (rest.next(sink, Duration.ZERO)) {
                assertFalse(numbers.isEmpty());
            }
        }
        assertEquals(middle, numbers.getFirst());
        assertEquals(blocks - middle, numbers.size());
    }

    private static BlockFeed.Sink collecting(List<Long> numbers) {
        return new BlockFeed.Sink() {
            @Override
            public void block(LogOrigin origin, BlockHeader header, MemorySegment payload) {
                assertEquals("host", origin.host());
                assertEquals(origin.logIdHigh(), header.logIdHigh());
                numbers.add(header.number());
            }

            @Override
            public void damage(String sentence) {
                throw new AssertionError(sentence);
            }
        };
    }

    @Test
    void whoFollowsSurvivesThatOldSegmentsAreRemoved() throws Exception {
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        try (AuditLog log = open()) {
            AuditSource source = log.source("domain", 1 << 20);
            AuditStream stream =
                    AuditStream.of(dir())
                            .filter(AuditFilter.all().withSources(Set.of("domain")))
                            .follow(true);
            Thread follower = new Thread(() -> stream.forEach((c, place) -> seen.add(c.field(0))));
            follower.start();
            int records = 30_000;
            for (int i = 0; i < records; i++) {
                source.record(CrossingType.FAULT, i, -1, -1, -1, -1, 0);
                if (i % 2_000 == 0) {
                    log.sync();
                    int upTo = i;
                    await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() >= upTo);
                    List<Path> segments = LogDirectory.segments(dir());
                    for (Path old : segments.subList(0, Math.max(0, segments.size() - 2))) {
                        Files.delete(old);
                    }
                }
            }
            log.sync();
            await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() == records);
            stream.close();
            follower.join(10_000);
            assertFalse(follower.isAlive());
        }
        for (int i = 0; i < seen.size(); i++) {
            assertEquals(i, seen.get(i));
        }
    }

    @Test
    void aPositionGoesOnWhereTheLastReadingEnded() throws IOException {
        Path file = parent.resolve("position");
        try (AuditLog log = open()) {
            AuditSource guests = log.source("guests", 1 << 16);
            attach(guests, 7, "web");
            guests.record(CrossingType.GUEST_LEFT, 7, 0, 0, 0, 0, 0, "one");
            log.sync();
            assertEquals(List.of("one"), readOn(file));
            assertEquals(List.of(), readOn(file));
            guests.record(CrossingType.GUEST_LEFT, 7, 0, 0, 0, 0, 0, "two");
            log.sync();
            // The port's name stands before the position and is known all the same.
            assertEquals(List.of("two"), readOn(file));
        }
        assertEquals(List.of(), readOn(file));
        Files.writeString(file, "something else\n");
        org.junit.jupiter.api.Assertions.assertThrows(
                org.cofferdam.audit.AuditLogException.class, () -> StreamPosition.load(file));
    }

    private List<String> readOn(Path file) {
        StreamPosition position = StreamPosition.load(file);
        List<String> texts = new ArrayList<>();
        AuditFilter left =
                AuditFilter.all()
                        .withTypes(Set.of(CrossingType.GUEST_LEFT))
                        .withGuests(Set.of("web"));
        try (AuditStream stream = AuditStream.of(dir()).filter(left).after(position)) {
            stream.forEach((crossing, place) -> texts.add(crossing.text()));
        }
        position.save(file);
        return texts;
    }

    @Test
    void aCellThatASpreadsheetWouldTakeForAFormulaIsText() {
        assertEquals("\"'=cmd|'/c calc'!A1\"", CrossingCsv.cell("=cmd|'/c calc'!A1"));
        assertEquals("\"'@SUM(1)\"", CrossingCsv.cell("@SUM(1)"));
        assertEquals("\"'-2+3\"", CrossingCsv.cell("-2+3"));
        assertEquals("\"a\\u0022,b\\u000ac\"", CrossingCsv.cell("a\",b\nc"));
        assertEquals("\"\\u0009=1\"", CrossingCsv.cell("\t=1"));
        assertEquals("", CrossingCsv.cell(""));
        assertEquals(
                CrossingCsv.HEADER.split(",", -1).length,
                CrossingCsv.line(
                                CrossingMaker.burst(CrossingType.BURST_IN, 1, 3, 0, 2),
                                new CrossingPlace(
                                        new LogOrigin("h", 1, 2, "p"),
                                        BlockHeader.read(
                                                MemorySegment.ofArray(
                                                        new byte[BlockLayout.HEADER_BYTES]),
                                                0),
                                        0))
                        .split(",", -1)
                        .length);
    }
}
