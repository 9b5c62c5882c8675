package org.cofferdam.audit.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentStep.Damage;
import org.cofferdam.audit.format.SegmentStep.Fault;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.RecordParser;
import org.cofferdam.audit.verify.Finding.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Follows the chain through the segments, in the order of their numbers.
 *
 * <p>What is expected next is a block number and a link. A stretch that is no block waits until the next
 * sound block, or the next segment's header, tells how many blocks stood there: only then can a changed
 * block be told from a missing one and from bytes that were never the log's.
 */
final class ChainCheck {
    private static final int MAX_WAITING = 1000;

    private record Missing(Path file, long offset, long first, long last) {}

    private final FindingList findings;
    private final boolean live;
    private final RecordParser parser = new RecordParser();
    private final SequenceCheck sequences = new SequenceCheck();
    private final List<Damage> waiting = new ArrayList<>();
    private final List<Missing> missing = new ArrayList<>();

    /** Number of the next block; unknown before the first. */
    private long expected;

    /** Whether {@link #expected} is known. */
    private boolean known = true;

    /** Hash of the block before, or null where that block was not sound. */
    private @Nullable BlockHash last = BlockHash.NONE;

    private @Nullable SegmentHeader firstHeader;
    private boolean rotated;
    private long blocks;
    private long records;
    private long lost;

    private final RecordsCheck contents = new RecordsCheck();
    private final SignatureCheck signatures;
    private final SeenElsewhere seen;
    private final HeadCheck head = new HeadCheck();
    private @Nullable BlockHeader newest;

    ChainCheck(FindingList findings, boolean live, VerifyOptions options) {
        this.findings = findings;
        this.live = live;
        signatures = new SignatureCheck(options.key().orElse(null));
        seen = options.seen();
    }

    SignatureCheck signatures() {
        return signatures;
    }

    private void damaged() {
        sequences.damage();
        signatures.damage();
    }

    /** The log's first segments are not there; {@code firstHere} is. */
    void headMissing(Path directory, int firstHere) {
        head.missing(directory, firstHere);
        known = false;
        last = null;
        damaged();
    }

    /** After the last segment: what only the whole shows. */
    void end(Path lastFile) {
        head.end(findings);
        signatures.end().ifPresent(w -> findings.add(w.kind(), lastFile, -1, -1, -1, w.text()));
        BlockHeader b = newest;
        if (b == null) {
            return;
        }
        List<Long> beyond = live ? List.of() : seen.beyond(b.number(), b.logIdHigh(), b.logIdLow());
        if (!beyond.isEmpty()) {
            findings.add(
                    Kind.CUT_OFF,
                    lastFile,
                    -1,
                    b.number() + 1,
                    beyond.getLast(),
                    "these blocks were seen elsewhere and are not here");
        }
        long unsigned = b.number() - signatures.lastSigned();
        // The block that holds the last checkpoint, and the one that closes the log, say nothing of
        // their own.
        if (unsigned > (b.closed() ? 2 : 1)) {
            findings.add(
                    Kind.UNSIGNED_TAIL,
                    lastFile,
                    -1,
                    signatures.lastSigned() + 1,
                    b.number(),
                    "no checkpoint signs these blocks yet");
        }
    }

    long blocks() {
        return blocks;
    }

    long records() {
        return records;
    }

    long lost() {
        return lost;
    }

    long gone() {
        return sequences.gone();
    }

    /** Whether the last block seen says that another segment follows. */
    boolean endsRotated() {
        return rotated;
    }

    /** Segments are missing before the next one; that was reported. */
    void segmentsMissing() {
        known = false;
        last = null;
        damaged();
    }

    /**
     * Checks one segment.
     *
     * @param header its header, null if that is damaged
     * @param next the header of the next segment, null if that is missing or damaged
     * @param isLast whether no segment follows
     */
    void segment(
            Path file,
            int number,
            @Nullable SegmentHeader header,
            @Nullable SegmentHeader next,
            boolean isLast)
            throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            begin(file, header);
            contents.segment();
            head.segment(header);
            rotated = false;
            boolean sealed = false;
            long blocksBefore = blocks;
            long offset = SegmentLayout.HEADER_BYTES;
            while (true) {
                SegmentStep step = walker.step(offset);
                if (step instanceof SegmentStep.End && !(live && isLast)) {
                    step = walker.beyond(offset);
                }
                if (step instanceof SegmentStep.Block block) {
                    block(file, number, header, block);
                    rotated = block.header().rotated();
                    sealed = rotated || block.header().closed();
                    offset = block.end();
                } else if (step instanceof Damage damage) {
                    sealed = false;
                    if (waiting.size() < MAX_WAITING) {
                        waiting.add(damage);
                    }
                    offset = damage.end();
                    if (damage.last()) {
                        break;
                    }
                } else {
                    break;
                }
            }
            boolean whole = header == null || walker.size() == header.allocated();
            end(file, offset, header, next, isLast, sealed, whole, blocks > blocksBefore);
        }
    }

    private void begin(Path file, @Nullable SegmentHeader header) {
        if (header == null) {
            findings.add(Kind.BAD_HEADER, file, 0, -1, -1, "the segment's header is damaged");
            return;
        }
        SegmentHeader first = firstHeader == null ? header : firstHeader;
        firstHeader = first;
        if (first.logIdHigh() != header.logIdHigh() || first.logIdLow() != header.logIdLow()) {
            findings.add(
                    Kind.FOREIGN_BLOCK,
                    file,
                    SegmentLayout.LOG_ID,
                    -1,
                    -1,
                    "the segment belongs to another log");
        }
        if (!known) {
            expected = header.firstBlock();
            last = header.previous();
            known = true;
        } else if (header.firstBlock() == expected
                && last != null
                && !header.previous().equals(last)) {
            findings.add(
                    Kind.BROKEN_CHAIN,
                    file,
                    SegmentLayout.PREVIOUS_HASH,
                    -1,
                    -1,
                    "the segment does not follow the block before it");
        }
    }

    private void block(
            Path file, int number, @Nullable SegmentHeader header, SegmentStep.Block block) {
        BlockHeader b = block.header();
        blocks++;
        if (header != null
                && (b.logIdHigh() != header.logIdHigh() || b.logIdLow() != header.logIdLow())) {
            findings.add(
                    Kind.FOREIGN_BLOCK,
                    file,
                    block.offset(),
                    b.number(),
                    b.number(),
                    "the block belongs to another log");
        }
        if (!known) {
            expected = b.number();
            known = true;
        }
        if (b.number() < expected) {
            reordered(file, block);
            read(file, header, block, false);
            return;
        }
        long before = expected;
        resolve(file, b.number(), block.offset());
        if (b.number() == before && last != null && !b.previous().equals(last)) {
            findings.add(
                    Kind.BROKEN_CHAIN,
                    file,
                    block.offset(),
                    b.number(),
                    b.number(),
                    "its link is not the hash of the block before it");
        } else if (b.segment() != number) {
            findings.add(
                    Kind.BROKEN_CHAIN,
                    file,
                    block.offset(),
                    b.number(),
                    b.number(),
                    "the block was written for segment " + b.segment());
        }
        read(file, header, block, true);
        seen.contradiction(b)
                .ifPresent(
                        text ->
                                findings.add(
                                        Kind.REWRITTEN,
                                        file,
                                        block.offset(),
                                        b.number(),
                                        b.number(),
                                        text));
        last = b.hash();
        expected = b.number() + 1;
        newest = b;
    }

    private void reordered(Path file, SegmentStep.Block block) {
        long n = block.header().number();
        findings.add(
                Kind.REORDERED_BLOCK,
                file,
                block.offset(),
                n,
                n,
                "the block stands behind block " + (expected - 1));
        // It was missed where it belongs; now it is found.
        for (int i = 0; i < missing.size(); i++) {
            Missing m = missing.get(i);
            if (m.first <= n && n <= m.last) {
                missing.remove(i);
                if (n < m.last) {
                    missing.add(i, new Missing(m.file, m.offset, n + 1, m.last));
                }
                if (m.first < n) {
                    missing.add(i, new Missing(m.file, m.offset, m.first, n - 1));
                }
                return;
            }
        }
    }

    private void read(
            Path file, @Nullable SegmentHeader header, SegmentStep.Block block, boolean inOrder) {
        long n = block.header().number();
        boolean[] gapTold = new boolean[1];
        if (!contents.rootIsRight(block.header(), block.payload())) {
            findings.add(
                    Kind.ALTERED_RECORDS,
                    file,
                    block.offset(),
                    n,
                    n,
                    "the records do not fit the block's Merkle root");
        }
        parser.parse(
                        block.header(),
                        block.payload(),
                        (c, at) -> {
                            records++;
                            note(c);
                            contents.record(c);
                            if (header != null
                                    && at == 0
                                    && (n == header.firstBlock()
                                            || c.code() == CrossingType.SEGMENT.code())) {
                                compareHeader(file, header, c);
                            }
                            if (!inOrder) {
                                sequences.found();
                                return;
                            }
                            head.record(c);
                            signatures
                                    .record(block.header(), c)
                                    .ifPresent(
                                            w ->
                                                    findings.add(
                                                            w.kind(),
                                                            file,
                                                            block.offset(),
                                                            n,
                                                            n,
                                                            w.text()));
                            sequences
                                    .check(c)
                                    .filter(gap -> !gapTold[0])
                                    .ifPresent(
                                            gap -> {
                                                gapTold[0] = true;
                                                findings.add(
                                                        Kind.SEQUENCE_GAP,
                                                        file,
                                                        block.offset(),
                                                        n,
                                                        n,
                                                        gap);
                                            });
                        })
                .ifPresent(
                        wrong -> {
                            findings.add(Kind.MALFORMED_RECORD, file, block.offset(), n, n, wrong);
                            damaged();
                        });
        if (!contents.end(block.header())) {
            findings.add(
                    Kind.WRONG_SUMMARY,
                    file,
                    block.offset(),
                    n,
                    n,
                    "its summary leaves out what the block, or the segment it seals, holds");
        }
    }

    private void note(Crossing c) {
        if (c.code() == CrossingType.LOSS.code() && c.fieldCount() > 1) {
            lost += c.field(1);
        }
    }

    private void compareHeader(Path file, SegmentHeader header, Crossing c) {
        boolean same =
                c.code() == CrossingType.SEGMENT.code()
                        && c.fieldCount() >= 6
                        && header.hash()
                                .equals(
                                        new BlockHash(
                                                c.field(2), c.field(3), c.field(4), c.field(5)));
        if (!same) {
            findings.add(
                    Kind.BAD_HEADER,
                    file,
                    0,
                    -1,
                    -1,
                    "the segment's header is not the one that its first record names");
        }
    }

    /** The next block is {@code number}: says what stood in the stretches that wait. */
    private void resolve(Path file, long number, long offset) {
        boolean damaged = !waiting.isEmpty() || number != expected;
        for (Damage d : waiting) {
            if (d.fault() == Fault.HOLE) {
                if (number == expected) {
                    findings.add(
                            Kind.STRAY_BYTES, file, d.offset(), -1, -1, "zeros between blocks");
                }
            } else if (expected < number) {
                flipped(file, d);
            } else {
                findings.add(
                        Kind.STRAY_BYTES,
                        file,
                        d.offset(),
                        -1,
                        -1,
                        (d.end() - d.offset()) + " bytes between blocks that are no block");
            }
        }
        waiting.clear();
        if (expected < number) {
            missing.add(new Missing(file, offset, expected, number - 1));
            expected = number;
        }
        if (damaged) {
            damaged();
            last = null;
        }
    }

    private void flipped(Path file, Damage d) {
        findings.add(
                Kind.FLIPPED_BIT,
                file,
                d.offset(),
                expected,
                expected,
                d.fault() == Fault.HASH
                        ? "the block does not fit its hash"
                        : "these " + (d.end() - d.offset()) + " bytes are no block any more");
        expected++;
    }

    private void end(
            Path file,
            long offset,
            @Nullable SegmentHeader header,
            @Nullable SegmentHeader next,
            boolean isLast,
            boolean sealed,
            boolean whole,
            boolean anyBlock) {
        boolean cut = false;
        boolean damaged = !waiting.isEmpty();
        for (Damage d : waiting) {
            boolean unwritten = next == null || next.firstBlock() == expected;
            if (d.fault() == Fault.CUT) {
                cut = true;
            } else if (d.fault() == Fault.TORN && whole && unwritten) {
                findings.add(
                        live && isLast ? Kind.LIVE : Kind.TORN_BLOCK,
                        file,
                        d.offset(),
                        expected,
                        expected,
                        "the last block was not written to its end");
            } else if (live && isLast && d.last()) {
                findings.add(
                        Kind.LIVE, file, d.offset(), expected, expected, "it is being written");
            } else if (d.fault() != Fault.HOLE && next != null && unwritten) {
                // The next run found no block here and gave its number to another.
                flipped(file, d);
                expected = next.firstBlock();
            } else if (d.fault() != Fault.HOLE) {
                flipped(file, d);
                last = null;
            }
        }
        waiting.clear();
        if (damaged) {
            damaged();
        }
        if (!sealed) {
            unsealed(file, offset, header, next, isLast, cut, whole, damaged, anyBlock);
        }
        for (Missing m : missing) {
            findings.add(
                    Kind.MISSING_BLOCK,
                    m.file,
                    m.offset,
                    m.first,
                    m.last,
                    m.first == m.last ? "the block is missing" : "the blocks are missing");
        }
        missing.clear();
    }

    private void unsealed(
            Path file,
            long offset,
            @Nullable SegmentHeader header,
            @Nullable SegmentHeader next,
            boolean isLast,
            boolean cut,
            boolean whole,
            boolean damaged,
            boolean anyBlock) {
        if (next != null && next.firstBlock() > expected) {
            findings.add(
                    Kind.TRUNCATED_TAIL,
                    file,
                    offset,
                    expected,
                    next.firstBlock() - 1,
                    "the segment's last blocks are gone");
            expected = next.firstBlock();
            last = next.previous();
            damaged();
        } else if (cut || !whole) {
            if (!damaged || cut) {
                findings.add(
                        Kind.TRUNCATED_TAIL,
                        file,
                        offset,
                        expected,
                        expected,
                        "the file ends here before its segment was complete;"
                                + " this block and all behind it are gone");
            }
            damaged();
        } else if (live && isLast) {
            findings.add(Kind.LIVE, file, offset, -1, -1, "the log is being written here");
        } else if (next != null && header != null && next.run() == header.run() && anyBlock) {
            findings.add(
                    Kind.TRUNCATED_TAIL,
                    file,
                    offset,
                    expected,
                    expected,
                    "the segment lacks the block that seals it");
        } else if (!damaged || anyBlock) {
            findings.add(
                    Kind.UNCLEAN_STOP,
                    file,
                    offset,
                    -1,
                    -1,
                    anyBlock
                            ? "the run ends here without STOP; its writer was killed,"
                                    + " or what followed was cut off"
                            : "the segment was begun and holds no block");
        }
    }
}
