package org.cofferdam.audit;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.BlockSummary;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.binding.NativeCallException;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks one behind the other, segment after segment, and knows the chain's last link. The writer's
 * thread only; the counters are read by others.
 *
 * <p>The order at the change of segments: the last block of the old one is hashed, the new file is made
 * with that hash in its header, and only then is the block written and the old file cut. A full disk stops
 * this before anything is changed, and it can be tried again.
 */
final class ChainWriter implements AutoCloseable {
    /** Kept free in each segment for what closes the log when no further segment can be made. */
    static final int RESERVE = 48 * 1024;

    final AtomicLong blocks = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong segments = new AtomicLong();

    private final AuditOptions options;
    private final Recovery recovery;
    private final long run;
    private final MessageDigest sha256 = BlockHash.sha256();
    private final BlockBuilder sealing = new BlockBuilder();

    // What the blocks of the open segment hold in sum.
    private final BlockSummary.Builder summary = new BlockSummary.Builder();
    private long earliest = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;

    private int unsigned;
    private @Nullable SegmentFile segment;
    private int segmentNumber;
    private long nextBlock;
    private BlockHash last;

    ChainWriter(AuditOptions options, Recovery recovery) {
        this.options = options;
        this.recovery = recovery;
        run = recovery.lastRun() + 1;
        segmentNumber = recovery.lastSegment();
        nextBlock = recovery.nextBlock();
        last = recovery.last();
    }

    long run() {
        return run;
    }

    /** Whether the next full block has its place; if not, {@link #rotate} comes first. */
    boolean hasRoomForBlock() {
        return segment != null
                && segment.room() >= BlockLayout.HEADER_BYTES + BlockLayout.MAX_PAYLOAD + RESERVE;
    }

    /**
     * Begins the next segment and seals the one before.
     *
     * @throws NativeCallException with ENOSPC and others; nothing has changed then
     */
    SegmentHeader rotate() {
        SegmentFile old = segment;
        BlockHash link = last;
        long first = nextBlock;
        if (old != null) {
            link = sealing(BlockLayout.FLAG_ROTATED);
            first++;
        }
        Path directory = options.directory();
        SegmentFile fresh =
                SegmentFile.create(
                        directory,
                        new SegmentHeader(
                                segmentNumber + 1,
                                run,
                                first,
                                options.clock().epochNanos(),
                                options.segmentBytes(),
                                link,
                                recovery.logIdHigh(),
                                recovery.logIdLow(),
                                options.host(),
                                BlockHash.NONE),
                        sha256);
        if (old != null) {
            // Its place was kept free and its space is reserved, so no full disk stops it here.
            old.append(sealing);
            old.seal();
            old.close();
            count(sealing);
            unsigned++;
        }
        summary.clear();
        earliest = Long.MAX_VALUE;
        latest = Long.MIN_VALUE;
        segment = fresh;
        segmentNumber++;
        nextBlock = first;
        last = link;
        segments.incrementAndGet();
        return fresh.header();
    }

    /**
     * Writes a block to the segment, which has room for it.
     *
     * @throws NativeCallException if the disk fails; the block can be written again
     */
    void write(BlockBuilder block, int flags) {
        SegmentFile file = open();
        BlockHash hash = seal(block, flags);
        file.append(block);
        summary.addAll(block.summary());
        earliest = Math.min(earliest, block.earliest());
        latest = Math.max(latest, block.latest());
        last = hash;
        nextBlock++;
        unsigned++;
        count(block);
    }

    private BlockHash seal(BlockBuilder block, int flags) {
        return block.seal(
                nextBlock,
                run,
                segmentNumber,
                flags,
                last,
                recovery.logIdHigh(),
                recovery.logIdLow());
    }

    /** Makes the block that seals the open segment and returns its hash. */
    private BlockHash sealing(int flag) {
        sealing.clear();
        sealing.sums(summary.summary(), earliest, latest);
        return seal(sealing, flag);
    }

    /** Number of the block that was written last; -1 in an empty log. */
    long lastBlock() {
        return nextBlock - 1;
    }

    /** Its hash. */
    BlockHash lastHash() {
        return last;
    }

    /** Blocks that no checkpoint signs yet, but for one that only holds the last checkpoint. */
    int unsigned() {
        return unsigned;
    }

    /** A block with a checkpoint for all before it was written. */
    void signed() {
        unsigned = 0;
    }

    private void count(BlockBuilder block) {
        blocks.incrementAndGet();
        bytes.addAndGet(block.totalBytes());
    }

    void sync() {
        open().sync();
    }

    /** Writes the block that ends a run, and cuts the segment behind it. */
    void seal() {
        SegmentFile file = open();
        BlockHash hash = sealing(BlockLayout.FLAG_CLOSED);
        file.append(sealing);
        last = hash;
        nextBlock++;
        count(sealing);
        file.seal();
    }

    private SegmentFile open() {
        SegmentFile file = segment;
        if (file == null) {
            throw new IllegalStateException("no segment has been begun");
        }
        return file;
    }

    @Override
    public void close() {
        if (segment != null) {
            segment.close();
        }
    }
}
