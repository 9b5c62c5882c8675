package org.cofferdam.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.RecordParser;
import org.cofferdam.audit.sign.KeyStatement;
import org.jspecify.annotations.Nullable;

/**
 * Where the chain goes on when a log is opened.
 *
 * @param lastSegment highest segment number in use, 0 in a new log
 * @param lastRun highest run seen, 0 in a new log
 * @param nextBlock number of the next block
 * @param last hash of the last sound block
 * @param logIdHigh identity of the log, made now if it is new
 * @param logIdLow its other half
 * @param lastKey short name of the key that the chain named last, if its last segment could be read
 * @param prunedUpTo the last segment that its last segment with records says is removed, 0 if none
 * @param unclean how the run before ended, or empty if it closed the log
 */
record Recovery(
        int lastSegment,
        long lastRun,
        long nextBlock,
        BlockHash last,
        long logIdHigh,
        long logIdLow,
        OptionalLong lastKey,
        long prunedUpTo,
        Optional<Unclean> unclean) {

    /**
     * A log that was not closed.
     *
     * @param segment where its last sound block is
     * @param block that block's number
     * @param endOffset where that block ends
     * @param bytesBeyond bytes behind it that are not zero up to the end of the data
     * @param damaged stretches in that segment that are no sound block
     */
    record Unclean(int segment, long block, long endOffset, long bytesBeyond, long damaged) {}

    /**
     * Finds the last sound block. Nothing is repaired: only the space behind the data is given back; what is damaged stays for the verifier to see.
     */
    static Recovery of(Path directory) throws IOException {
        LogDirectory.removeUnfinished(directory);
        List<Path> files = LogDirectory.segments(directory);
        if (files.isEmpty()) {
            UUID id = UUID.randomUUID();
            return new Recovery(
                    0,
                    0,
                    0,
                    BlockHash.NONE,
                    id.getMostSignificantBits(),
                    id.getLeastSignificantBits(),
                    OptionalLong.empty(),
                    0,
                    Optional.empty());
        }
        int lastSegment = SegmentLayout.number(files.getLast()).orElseThrow();
        long run = 0;
        SegmentHeader first = null;
        for (int i = files.size() - 1; i >= 0; i--) {
            Path file = files.get(i);
            try (SegmentWalker walker = SegmentWalker.open(file)) {
                Optional<SegmentHeader> header = walker.header();
                run = Math.max(run, header.map(SegmentHeader::run).orElse(0L));
                first = header.orElse(first);
                Tail tail = Tail.of(walker);
                BlockHeader last = tail.last;
                if (last == null || !(last.closed() || last.rotated())) {
                    trim(file, tail.dataEnd);
                }
                if (last != null) {
                    boolean next = i < files.size() - 1;
                    if (next && !last.rotated() && i == files.size() - 2) {
                        lastSegment = withoutTheUnused(files.getLast(), last, lastSegment);
                    }
                    boolean clean = last.closed() && tail.dataEnd == tail.end && !next;
                    Unclean unclean =
                            new Unclean(
                                    SegmentLayout.number(file).orElseThrow(),
                                    last.number(),
                                    tail.end,
                                    Math.max(0, tail.dataEnd - tail.end),
                                    tail.damaged);
                    return new Recovery(
                            lastSegment,
                            Math.max(run, last.run()),
                            last.number() + 1,
                            last.hash(),
                            header.map(SegmentHeader::logIdHigh).orElse(0L),
                            header.map(SegmentHeader::logIdLow).orElse(0L),
                            tail.key,
                            tail.prunedUpTo,
                            clean ? Optional.empty() : Optional.of(unclean));
                }
            }
        }
        // Begun and no more, or nothing of it is sound: what its first header says is gone on with.
        UUID id = UUID.randomUUID();
        return new Recovery(
                lastSegment,
                run,
                first == null ? 0 : first.firstBlock(),
                first == null ? BlockHash.NONE : first.previous(),
                first == null ? id.getMostSignificantBits() : first.logIdHigh(),
                first == null ? id.getLeastSignificantBits() : first.logIdLow(),
                OptionalLong.empty(),
                0,
                Optional.of(new Unclean(lastSegment, 0, 0, 0, 1)));
    }

    private record Tail(
            @Nullable BlockHeader last,
            long end,
            long dataEnd,
            long damaged,
            OptionalLong key,
            long prunedUpTo) {
        static Tail of(SegmentWalker walker) throws IOException {
            RecordParser parser = new RecordParser();
            OptionalLong[] key = {OptionalLong.empty()};
            long[] pruned = {0};
            BlockHeader last = null;
            long end = SegmentLayout.HEADER_BYTES;
            long damaged = 0;
            long offset = SegmentLayout.HEADER_BYTES;
            while (true) {
                SegmentStep step = walker.step(offset);
                if (step instanceof SegmentStep.End) {
                    step = walker.beyond(offset);
                }
                switch (step) {
                    case SegmentStep.Block block -> {
                        last = block.header();
                        if (last.summary().mayHold(CrossingType.KEY.code())
                                || last.summary().mayHold(CrossingType.PRUNED.code())) {
                            // What is wrong with a payload is the verifier's to say.
                            parser.parse(
                                    last,
                                    block.payload(),
                                    (c, at) -> {
                                        KeyStatement.of(c)
                                                .ifPresent(
                                                        k ->
                                                                key[0] =
                                                                        OptionalLong.of(
                                                                                k.key().id()));
                                        pruned[0] = Math.max(pruned[0], lastPruned(c));
                                    });
                        }
                        end = block.end();
                        offset = end;
                    }
                    case SegmentStep.Damage damage -> {
                        damaged++;
                        if (damage.last()) {
                            return new Tail(
                                    last,
                                    end,
                                    Math.max(damage.end(), end),
                                    damaged,
                                    key[0],
                                    pruned[0]);
                        }
                        offset = damage.end();
                    }
                    case SegmentStep.End _ -> {
                        return new Tail(last, end, offset, damaged, key[0], pruned[0]);
                    }
                }
            }
        }
    }

    private static long lastPruned(Crossing c) {
        return c.source() == OwnRecords.SOURCE_ID
                        && c.code() == CrossingType.PRUNED.code()
                        && c.fieldCount() > 1
                ? c.field(1)
                : 0;
    }

    /**
     * Removes a segment that was made for the block after next and got none, because the writer was stopped
     * before it wrote the block that seals the one before. Its number is used again.
     */
    private static int withoutTheUnused(Path newest, BlockHeader last, int number)
            throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(newest)) {
            boolean unused =
                    walker.header().filter(h -> h.firstBlock() == last.number() + 2).isPresent()
                            && walker.dataEnd(SegmentLayout.HEADER_BYTES)
                                    == SegmentLayout.HEADER_BYTES;
            if (!unused) {
                return number;
            }
        }
        Files.delete(newest);
        return number - 1;
    }

    /** Gives the space behind the data back; the file's length stays, by which a cut tail is known. */
    private static void trim(Path file, long dataEnd) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            long length = f.length();
            if (length > dataEnd) {
                f.setLength(dataEnd);
                f.setLength(length);
                f.getChannel().force(true);
            }
        }
    }
}
