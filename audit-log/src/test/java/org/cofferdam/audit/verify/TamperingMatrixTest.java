package org.cofferdam.audit.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.RecordParser;
import org.cofferdam.audit.sign.KeyStatement;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.audit.sign.SigningKey;
import org.cofferdam.audit.verify.Finding.Kind;
import org.cofferdam.audit.verify.LogFixture.Place;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way to change a log that we could think of, each with what the verifier says to it; the table is printed. A row
 * that ends with an accepted log is one that the files alone cannot show, and says by what it shows.
 */
class TamperingMatrixTest {
    @TempDir Path parent;

    private Path sound;
    private SeenElsewhere seen;
    private int copies;
    private final Map<String, String> table = new LinkedHashMap<>();

    private interface Tampering {
        void apply(LogFixture log) throws IOException;
    }

    /** Two runs, the first with several segments, checkpoints every few blocks, records of each form. */
    @BeforeEach
    void makeLog() throws IOException {
        sound = parent.resolve("sound");
        write(sound, "host");
        seen = new SeenElsewhere();
        for (Path file : LogDirectory.segments(sound)) {
            eachBlock(file, b -> seen.add(b));
        }
    }

    private static void write(Path dir, String host) {
        AuditOptions options =
                AuditOptions.in(dir, host)
                        .withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES)
                        .withCheckpoints(Duration.ofHours(1), 3);
        for (int run = 0; run < 2; run++) {
            try (AuditLog log = AuditLog.open(options)) {
                AuditSource source = log.source("domain", 1 << 20);
                for (int b = 0; b < 8; b++) {
                    source.tryBurst(
                            CrossingType.BURST_IN,
                            3,
                            1,
                            3,
                            new int[] {60, 61, 62},
                            new byte[] {1, 2, 3});
                    source.record(CrossingType.GUEST_LEFT, 7, 0, 0, 0, 0, 0, "it went");
                    for (int i = 1; i <= 700; i++) {
                        source.record(CrossingType.FAULT, b, i, -1, -2, -3, -4);
                    }
                    log.sync();
                }
            }
        }
    }

    private interface HeaderUse {
        void header(BlockHeader header);
    }

    private static void eachBlock(Path file, HeaderUse use) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            long offset = SegmentLayout.HEADER_BYTES;
            while (walker.step(offset) instanceof SegmentStep.Block b) {
                use.header(b.header());
                offset = b.end();
            }
        }
    }

    private LogFixture copy() throws IOException {
        Path dir = Files.createDirectory(parent.resolve("copy" + copies++));
        for (Path file : LogDirectory.segments(sound)) {
            Files.copy(file, dir.resolve(file.getFileName()));
        }
        Files.copy(sound.resolve(LogDirectory.KEY_FILE), dir.resolve(LogDirectory.KEY_FILE));
        return LogFixture.in(dir);
    }

    /** Applies it to a copy and expects one of {@code wanted} among what is found, and nothing when that is empty. */
    private Set<Kind> found(String name, VerifyOptions options, Tampering tampering, Kind... wanted)
            throws IOException {
        LogFixture log = copy();
        tampering.apply(log);
        VerifyReport report = AuditVerifier.verify(log.dir, options, (file, index, total) -> {});
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        report.findings().forEach(f -> kinds.add(f.kind()));
        boolean unchanged = isAsItWas(log);
        table.put(
                name,
                unchanged
                        ? "(comes out as it was)"
                        : kinds.isEmpty()
                                ? "ACCEPTED"
                                : kinds.stream().map(Kind::name).collect(Collectors.joining(", ")));
        if (wanted.length == 0) {
            assertEquals(Set.of(), kinds, () -> name + ": " + report.findings());
        } else {
            assertTrue(
                    Arrays.stream(wanted).anyMatch(kinds::contains),
                    () ->
                            name
                                    + ": "
                                    + report.findings()
                                    + " instead of "
                                    + Arrays.toString(wanted));
        }
        return kinds;
    }

    private boolean isAsItWas(LogFixture log) throws IOException {
        List<Path> files = LogDirectory.segments(sound);
        if (files.size() != log.segments().size()) {
            return false;
        }
        for (Path file : files) {
            if (Files.mismatch(file, log.dir.resolve(file.getFileName())) >= 0) {
                return false;
            }
        }
        return true;
    }

    private void print(String title) {
        StringBuilder text = new StringBuilder("\n" + title + "\n");
        table.forEach((name, kinds) -> text.append(String.format("  %-62s %s%n", name, kinds)));
        System.out.print(text);
    }

    private VerifyOptions alone() {
        return VerifyOptions.none();
    }

    private VerifyOptions withKey(LogKey key) {
        return new VerifyOptions(Optional.of(key), new SeenElsewhere());
    }

    private VerifyOptions withSeen() {
        return new VerifyOptions(Optional.empty(), seen);
    }

    @Test
    void everyByteClassOfASegmentIsNamedWhenItIsFlipped() throws IOException {
        found("nothing", alone(), log -> {});
        Map<String, Integer> header = new LinkedHashMap<>();
        header.put("magic", SegmentLayout.MAGIC);
        header.put("version", SegmentLayout.VERSION);
        header.put("header size", SegmentLayout.HEADER_SIZE);
        header.put("number", SegmentLayout.NUMBER);
        header.put("run", SegmentLayout.RUN);
        header.put("first block", SegmentLayout.FIRST_BLOCK);
        header.put("start", SegmentLayout.START);
        header.put("allocated", SegmentLayout.ALLOCATED);
        header.put("previous hash", SegmentLayout.PREVIOUS_HASH);
        header.put("log identity", SegmentLayout.LOG_ID);
        header.put("host", SegmentLayout.HOST);
        header.put("reserved", 200);
        header.put("hash", SegmentLayout.HASH);
        for (Map.Entry<String, Integer> field : header.entrySet()) {
            found(
                    "segment header, " + field.getKey() + ", flipped",
                    alone(),
                    log -> log.flip(log.segment(2), field.getValue(), 3),
                    Kind.BAD_HEADER);
            found(
                    "segment header, " + field.getKey() + ", forged with its hash",
                    alone(),
                    log ->
                            log.change(
                                    log.segment(2),
                                    bytes -> {
                                        bytes[field.getValue()] ^= 8;
                                        BlockHash.ofSegmentHeader(BlockHash.sha256(), bytes)
                                                .put(
                                                        MemorySegment.ofArray(bytes),
                                                        SegmentLayout.HASH);
                                        return bytes;
                                    }),
                    field.getKey().equals("hash")
                            ? new Kind[0]
                            : new Kind[] {Kind.BAD_HEADER, Kind.REORDERED_SEGMENT});
        }
        print("Tampering: the header of a segment");
    }

    @Test
    void everyByteClassOfABlockIsNamedWhateverIsMadeRightAfterwards() throws IOException {
        Map<String, Integer> fields = new LinkedHashMap<>();
        fields.put("magic", BlockLayout.MAGIC);
        fields.put("version", BlockLayout.VERSION);
        fields.put("flags", BlockLayout.FLAGS);
        fields.put("payload bytes", BlockLayout.PAYLOAD_BYTES);
        fields.put("number", BlockLayout.NUMBER);
        fields.put("run", BlockLayout.RUN);
        fields.put("records", BlockLayout.RECORDS);
        fields.put("segment", BlockLayout.SEGMENT);
        fields.put("earliest", BlockLayout.EARLIEST);
        fields.put("latest", BlockLayout.LATEST);
        fields.put("payload CRC", BlockLayout.PAYLOAD_CRC);
        fields.put("previous hash", BlockLayout.PREVIOUS_HASH);
        fields.put("Merkle root", BlockLayout.MERKLE_ROOT);
        fields.put("log identity", BlockLayout.LOG_ID);
        fields.put("summary", BlockLayout.SUMMARY);
        fields.put("reserved", 210);
        fields.put("hash", BlockLayout.HASH);
        int record = BlockLayout.HEADER_BYTES;
        fields.put("record length", record + RecordLayout.LENGTH);
        fields.put("record type", record + RecordLayout.TYPE);
        fields.put("record version", record + RecordLayout.VERSION);
        fields.put("record flags", record + RecordLayout.FLAGS);
        fields.put("record source", record + RecordLayout.SOURCE);
        fields.put("record fields", record + RecordLayout.FIELDS);
        fields.put("record zero byte", record + 11);
        fields.put("record count", record + RecordLayout.COUNT);
        fields.put("record sequence", record + RecordLayout.SEQUENCE);
        fields.put("record time", record + RecordLayout.TIME);
        fields.put("burst port", record + RecordLayout.HEADER_BYTES);
        fields.put("burst queue", record + RecordLayout.HEADER_BYTES + 2);
        fields.put("burst packets", record + RecordLayout.HEADER_BYTES + 4);
        fields.put("burst bytes", record + RecordLayout.HEADER_BYTES + 8);
        fields.put("burst length", record + RecordLayout.HEADER_BYTES + 16);
        fields.put("burst verdict", record + RecordLayout.HEADER_BYTES + 22);
        fields.put("record padding", record + RecordLayout.HEADER_BYTES + 25);
        fields.put("text", record + 64 + RecordLayout.HEADER_BYTES + 8);
        for (Map.Entry<String, Integer> field : fields.entrySet()) {
            int at = field.getValue();
            found(
                    "block, " + field.getKey() + ", flipped",
                    alone(),
                    log -> log.flip(burstBlock(log).file(), burstBlock(log).offset() + at, 2),
                    Kind.FLIPPED_BIT);
            boolean measure =
                    at < BlockLayout.FLAGS || at == BlockLayout.PAYLOAD_BYTES || at == record;
            if (measure) {
                continue; // with these changed no forger finds the block's end
            }
            boolean restored =
                    at == BlockLayout.HASH
                            || at == BlockLayout.MERKLE_ROOT
                            || at == BlockLayout.PAYLOAD_CRC;
            found(
                    "block, " + field.getKey() + ", forged with root, CRC and hash",
                    alone(),
                    log -> log.forge(burstBlock(log), b -> Tamperings.flip(b, at)),
                    restored
                            ? new Kind[0]
                            : new Kind[] {
                                Kind.BROKEN_CHAIN, Kind.MISSING_BLOCK, Kind.REORDERED_BLOCK
                            });
            found(
                    "block, " + field.getKey() + ", forged, the chain behind it written anew",
                    alone(),
                    log -> {
                        log.forge(burstBlock(log), b -> Tamperings.flip(b, at));
                        Forger.rewrite(log.dir, null);
                    },
                    restored || at == BlockLayout.PREVIOUS_HASH
                            ? new Kind[0]
                            : new Kind[] {Kind.BAD_CHECKPOINT});
        }
        found(
                "block, Merkle root, forged with the block's hash",
                alone(),
                log -> rehashed(log, BlockLayout.MERKLE_ROOT, false),
                Kind.ALTERED_RECORDS);
        found(
                "block, a record, forged with CRC and hash but not the root",
                alone(),
                log -> rehashed(log, BlockLayout.HEADER_BYTES + 150, true),
                Kind.ALTERED_RECORDS);
        print("Tampering: a block");
    }

    /** Changes a byte and makes the block's hash right, and its payload's checksum if it is asked to. */
    private static void rehashed(LogFixture log, long at, boolean crc) throws IOException {
        Place p = burstBlock(log);
        log.change(
                p.file(),
                bytes -> {
                    byte[] block = Tamperings.slice(bytes, p);
                    MemorySegment m = MemorySegment.ofArray(block);
                    Tamperings.flip(m, at);
                    if (crc) {
                        Bytes.u32(
                                m,
                                BlockLayout.PAYLOAD_CRC,
                                BlockImage.payloadCrc(
                                        block,
                                        BlockLayout.HEADER_BYTES,
                                        block.length - BlockLayout.HEADER_BYTES));
                    }
                    BlockHash.ofBlockHeader(BlockHash.sha256(), block, 0).put(m, BlockLayout.HASH);
                    System.arraycopy(block, 0, bytes, (int) p.offset(), block.length);
                    return bytes;
                });
    }

    /** A block in the middle of the first run whose first record is a burst. */
    private static Place burstBlock(LogFixture log) throws IOException {
        for (Place p : log.blocks(log.segment(2))) {
            byte[] bytes = Files.readAllBytes(p.file());
            MemorySegment m = MemorySegment.ofArray(bytes);
            long type = p.offset() + BlockLayout.HEADER_BYTES + RecordLayout.TYPE;
            if (p.bytes() > BlockLayout.HEADER_BYTES
                    && Bytes.u16(m, type) == CrossingType.BURST_IN.code()) {
                return p;
            }
        }
        throw new IllegalStateException("no block of segment 2 begins with a burst");
    }

    @Test
    void blocksSegmentsKeysAndCheckpointsThatWereMovedAreNamed() throws IOException {
        found("blocks swapped", alone(), Tamperings::swap, Kind.REORDERED_BLOCK);
        found(
                "blocks swapped, the chain written anew",
                alone(),
                log -> {
                    Tamperings.swap(log);
                    Forger.rewrite(log.dir, null);
                },
                Kind.REORDERED_BLOCK,
                Kind.BAD_CHECKPOINT);
        found("block dropped", alone(), log -> Tamperings.drop(log), Kind.MISSING_BLOCK);
        found("block duplicated", alone(), Tamperings::duplicate, Kind.REORDERED_BLOCK);
        found(
                "segment cut inside a block",
                alone(),
                log -> Tamperings.cut(log, 100),
                Kind.TRUNCATED_TAIL,
                Kind.FLIPPED_BIT);
        found(
                "segment cut at a block's border",
                alone(),
                log -> Tamperings.cut(log, 0),
                Kind.TRUNCATED_TAIL);
        found(
                "segment removed",
                alone(),
                log -> Files.delete(log.segment(2)),
                Kind.MISSING_SEGMENT);
        found(
                "first segment removed",
                alone(),
                log -> Files.delete(log.segment(1)),
                Kind.MISSING_SEGMENT);
        Path other = parent.resolve("other");
        write(other, "other");
        found(
                "segment replayed from another host",
                alone(),
                log ->
                        Files.copy(
                                other.resolve(SegmentLayout.fileName(2)),
                                log.segment(2),
                                StandardCopyOption.REPLACE_EXISTING),
                Kind.FOREIGN_BLOCK);
        found(
                "block replayed from another host",
                alone(),
                log -> Tamperings.replay(log, LogFixture.in(other)),
                Kind.FOREIGN_BLOCK);
        found(
                "block replayed from another host, the chain written anew",
                alone(),
                log -> {
                    Tamperings.replay(log, LogFixture.in(other));
                    Forger.rewrite(log.dir, null);
                },
                Kind.FOREIGN_BLOCK);
        found(
                "checkpoint's signature forged",
                alone(),
                log -> {
                    Tamperings.edit(log, CrossingType.CHECKPOINT, 48);
                    Forger.rewrite(log.dir, null);
                },
                Kind.BAD_CHECKPOINT);
        found(
                "checkpoint for another block",
                alone(),
                log -> {
                    Tamperings.edit(log, CrossingType.CHECKPOINT, 0);
                    Forger.rewrite(log.dir, null);
                },
                Kind.BAD_CHECKPOINT);
        found(
                "key swapped",
                alone(),
                log -> {
                    Tamperings.edit(log, CrossingType.KEY, 8);
                    Forger.rewrite(log.dir, null);
                },
                Kind.KEY_SWAPPED);
        found(
                "another log under this one's name, against the key known",
                withKey(firstKeyOf(sound)),
                log -> Tamperings.replaceAll(log, other),
                Kind.KEY_SWAPPED);
        found(
                "another log under this one's name, files alone",
                alone(),
                log -> Tamperings.replaceAll(log, other));
        print("Tampering: blocks, segments, keys, checkpoints");
    }

    @Test
    void whatHeWhoHasTheKeyDoesIsShownByWhatOthersSaw() throws IOException {
        Tampering lastRun =
                log -> {
                    Place last = lastFull(log);
                    log.forge(last, b -> Tamperings.flip(b, BlockLayout.HEADER_BYTES + 150L));
                    Forger.rewrite(
                            log.dir, SigningKey.load(log.dir.resolve(LogDirectory.KEY_FILE)));
                };
        found("last run written anew with its key, files alone", alone(), lastRun);
        found(
                "last run written anew with its key, checkpoints kept",
                withSeen(),
                lastRun,
                Kind.REWRITTEN);
        found(
                "run before written anew with the last run's key",
                alone(),
                log -> {
                    log.forge(
                            burstBlock(log),
                            b -> Tamperings.flip(b, BlockLayout.HEADER_BYTES + 150L));
                    Forger.rewrite(
                            log.dir, SigningKey.load(log.dir.resolve(LogDirectory.KEY_FILE)));
                },
                Kind.BAD_CHECKPOINT);
        found(
                "a block's summary that hides what it holds, signed with the key",
                alone(),
                log -> hide(log, lastFull(log)),
                Kind.WRONG_SUMMARY);
        found(
                "a segment's summary that hides what it holds, signed with the key",
                alone(),
                log -> hide(log, log.blocks().getLast()),
                Kind.WRONG_SUMMARY);
        Tampering lastRunGone =
                log -> {
                    for (Path file : log.segments()) {
                        if (run(file) == 2) {
                            Files.delete(file);
                        }
                    }
                };
        found("last run removed, files alone", alone(), lastRunGone);
        found("last run removed, checkpoints kept", withSeen(), lastRunGone, Kind.CUT_OFF);
        print("Tampering: by one who has the key of the last run");
    }

    /** Empties a block's set of types, by which a query passes it over, and makes all else right again. */
    private static void hide(LogFixture log, Place place) throws IOException {
        log.forge(
                place,
                b -> {
                    Bytes.u64(b, BlockLayout.SUMMARY + 8L, 0);
                    Bytes.u64(b, BlockLayout.SUMMARY + 16L, 0);
                });
        Forger.rewrite(log.dir, SigningKey.load(log.dir.resolve(LogDirectory.KEY_FILE)));
    }

    private static long run(Path file) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            return walker.header().map(SegmentHeader::run).orElseThrow();
        }
    }

    private static LogKey firstKeyOf(Path dir) throws IOException {
        List<LogKey> keys = new ArrayList<>();
        try (SegmentWalker walker = SegmentWalker.open(LogDirectory.segments(dir).getFirst())) {
            SegmentStep.Block first = (SegmentStep.Block) walker.step(SegmentLayout.HEADER_BYTES);
            new RecordParser()
                    .parse(
                            first.header(),
                            first.payload(),
                            (c, at) -> KeyStatement.of(c).ifPresent(k -> keys.add(k.key())));
        }
        return keys.getFirst();
    }

    private static Place lastFull(LogFixture log) throws IOException {
        return log.blocks().stream()
                .filter(p -> p.bytes() > 40_000)
                .reduce((a, b) -> b)
                .orElseThrow();
    }
}
