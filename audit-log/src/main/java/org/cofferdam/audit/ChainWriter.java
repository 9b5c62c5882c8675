package org.cofferdam.audit;

import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.BlockSummary;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
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
    static final int RESERVE = 64 * 1024;

    /** Of that, what a segment that cannot be followed by another yet may use to say which old ones go. */
    static final int RESERVE_FOR_PRUNED = 16 * 1024;

    final AtomicLong blocks = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong segments = new AtomicLong();

    /** Number of the block that was written last, for others. */
    final AtomicLong newest = new AtomicLong(-1);

    private final AuditOptions options;
    private final SegmentStore store;
    private final DiskSync disk;
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

    // A change of segments that the disk stopped half-way.
    private @Nullable SegmentFile prepared;
    private boolean sealWritten;
    private int segmentNumber;
    private long nextBlock;
    private BlockHash last;

    ChainWriter(AuditOptions options, SegmentStore store, DiskSync disk, Recovery recovery) {
        this.options = options;
        this.store = store;
        this.disk = disk;
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
     * Begins the next segment and seals the one before. What is in the old one is on the device before the new one has
     * its name, and that is before the old one is sealed: whenever the power goes, the chain can be gone on with.
     *
     * @throws NativeCallException with ENOSPC and others; it can be called again
     */
    SegmentHeader rotate() {
        SegmentFile old = segment;
        SegmentFile fresh = prepared;
        if (fresh == null) {
            BlockHash link = last;
            long first = nextBlock;
            if (old != null) {
                old.sync();
                link = sealing(BlockLayout.FLAG_ROTATED);
                first++;
            }
            fresh = create(first, link);
            prepared = fresh;
            sealWritten = false;
        }
        if (old != null) {
            // Its place was kept free and its space is reserved, so no full disk stops it here.
            if (!sealWritten) {
                old.append(sealing);
                sealWritten = true;
            }
            old.seal();
        }
        disk.follow(fresh);
        if (old != null) {
            old.close();
            count(sealing);
            unsigned++;
        }
        summary.clear();
        earliest = Long.MAX_VALUE;
        latest = Long.MIN_VALUE;
        prepared = null;
        segment = fresh;
        segmentNumber++;
        nextBlock = fresh.header().firstBlock();
        last = fresh.header().previous();
        segments.incrementAndGet();
        return fresh.header();
    }

    private SegmentFile create(long firstBlock, BlockHash link) {
        return SegmentFile.create(
                store,
                options.directory(),
                new SegmentHeader(
                        segmentNumber + 1,
                        run,
                        firstBlock,
                        options.clock().epochNanos(),
                        options.segmentBytes(),
                        link,
                        recovery.logIdHigh(),
                        recovery.logIdLow(),
                        options.host(),
                        BlockHash.NONE),
                sha256);
    }

    /** Whether a block of so many bytes has its place in the reserve, beside what closing the log takes. */
    boolean hasReserveFor(int blockBytes) {
        return segment != null
                && prepared == null
                && segment.room() - blockBytes >= RESERVE - RESERVE_FOR_PRUNED;
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
        newest.set(nextBlock - 1);
        blocks.incrementAndGet();
        bytes.addAndGet(block.totalBytes());
    }

    void sync() {
        open().sync();
    }

    /** Returns when all names in the log's directory are on the device. */
    void syncNames() {
        store.syncDirectory();
    }

    /** Writes the block that ends a run, and cuts the segment behind it. */
    void seal() {
        SegmentFile file = open();
        giveUpPrepared();
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

    /** A segment that was made and not begun: without it the log ends in the one that is open. */
    private void giveUpPrepared() {
        SegmentFile unused = prepared;
        if (unused != null && !sealWritten) {
            prepared = null;
            unused.close();
            store.delete(
                    options.directory().resolve(SegmentLayout.fileName(unused.header().number())));
        }
    }

    @Override
    public void close() {
        if (prepared != null) {
            prepared.close();
        }
        if (segment != null) {
            segment.close();
        }
    }
}
