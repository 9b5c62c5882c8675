package org.cofferdam.audit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.Arrays;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.BlockSummary;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.MerkleTree;
import org.cofferdam.audit.format.RecordLayout;

/**
 * The block that is being filled. The writer's thread only.
 *
 * <p>Records are copied here from the rings, so the hash is computed over memory that no producer can
 * change any more, and the copy that is hashed is the copy that is written.
 */
final class BlockBuilder {
    private final byte[] bytes = new byte[BlockLayout.HEADER_BYTES + BlockLayout.MAX_PAYLOAD];
    private final MemorySegment heap = MemorySegment.ofArray(bytes);
    private final MemorySegment outgoing = Arena.ofAuto().allocate(bytes.length, 4096);
    private final MessageDigest sha256 = BlockHash.sha256();
    private final MerkleTree tree = new MerkleTree();
    private final BlockSummary.Builder summary = new BlockSummary.Builder();
    private int end = BlockLayout.HEADER_BYTES;
    private long records;
    private long earliest = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;

    boolean isEmpty() {
        return records == 0;
    }

    long records() {
        return records;
    }

    boolean fits(int recordBytes) {
        return end + recordBytes <= bytes.length;
    }

    /** Copies one whole, padded record that {@link #fits}. */
    void append(MemorySegment from, long at, int paddedBytes) {
        MemorySegment.copy(from, at, heap, end, paddedBytes);
        long time = Bytes.u64(from, at + RecordLayout.TIME);
        earliest = Math.min(earliest, time);
        latest = Math.max(latest, time);
        summarize(end);
        end += paddedBytes;
        records++;
    }

    private void summarize(int at) {
        int code = Bytes.u16(heap, at + (long) RecordLayout.TYPE);
        int source = Bytes.u16(heap, at + (long) RecordLayout.SOURCE);
        int flags = Bytes.u8(heap, at + (long) RecordLayout.FLAGS);
        long body = at + (long) RecordLayout.HEADER_BYTES;
        body += (flags & RecordLayout.FLAG_SPAN) != 0 ? 8 : 0;
        int field = CrossingType.portField(code);
        if ((flags & RecordLayout.FLAG_BURST) != 0) {
            int fields = Bytes.u8(heap, at + (long) RecordLayout.FIELDS);
            summary.add(
                    source, code, Bytes.u16(heap, body + 8L * fields + RecordLayout.BURST_PORT));
        } else if (field >= 0) {
            summary.add(source, code, Bytes.u16(heap, body + 8L * field));
        } else {
            summary.add(source, code);
        }
    }

    /** Makes this, which holds no record, the block that seals a segment of which it tells these things. */
    void sums(BlockSummary segment, long segmentEarliest, long segmentLatest) {
        summary.addAll(segment);
        earliest = segmentEarliest;
        latest = segmentLatest;
    }

    BlockSummary summary() {
        return summary.summary();
    }

    long earliest() {
        return earliest;
    }

    long latest() {
        return latest;
    }

    /**
     * Completes the header and the hash, and copies the block to native memory.
     *
     * @return the block's own hash
     */
    BlockHash seal(
            long number,
            long run,
            int segment,
            int flags,
            BlockHash previous,
            long logIdHigh,
            long logIdLow) {
        MemorySegment m = heap;
        int payload = end - BlockLayout.HEADER_BYTES;
        Bytes.u64(m, BlockLayout.MAGIC, BlockLayout.MAGIC_VALUE);
        Bytes.u16(m, BlockLayout.VERSION, BlockLayout.CURRENT_VERSION);
        Bytes.u16(m, BlockLayout.FLAGS, flags);
        Bytes.u32(m, BlockLayout.PAYLOAD_BYTES, payload);
        Bytes.u64(m, BlockLayout.NUMBER, number);
        Bytes.u64(m, BlockLayout.RUN, run);
        Bytes.u32(m, BlockLayout.RECORDS, records);
        Bytes.u32(m, BlockLayout.SEGMENT, segment);
        Bytes.u64(m, BlockLayout.EARLIEST, earliest == Long.MAX_VALUE ? 0 : earliest);
        Bytes.u64(m, BlockLayout.LATEST, latest == Long.MIN_VALUE ? 0 : latest);
        Bytes.u32(
                m,
                BlockLayout.PAYLOAD_CRC,
                BlockImage.payloadCrc(bytes, BlockLayout.HEADER_BYTES, payload));
        previous.put(m, BlockLayout.PREVIOUS_HASH);
        root().put(m, BlockLayout.MERKLE_ROOT);
        Bytes.u64(m, BlockLayout.LOG_ID, logIdHigh);
        Bytes.u64(m, BlockLayout.LOG_ID + 8, logIdLow);
        summary.summary().put(m, BlockLayout.SUMMARY);
        BlockHash hash = BlockHash.ofBlockHeader(sha256, bytes, 0);
        hash.put(m, BlockLayout.HASH);
        MemorySegment.copy(heap, 0, outgoing, 0, end);
        return hash;
    }

    private BlockHash root() {
        tree.clear();
        int at = BlockLayout.HEADER_BYTES;
        while (at < end) {
            int padded = Bytes.align8((int) Bytes.u32(heap, at));
            tree.add(bytes, at, padded);
            at += padded;
        }
        return tree.root();
    }

    /** The sealed block's bytes, native memory, {@link #totalBytes} long. */
    MemorySegment sealed() {
        return outgoing;
    }

    int totalBytes() {
        return end;
    }

    void clear() {
        Arrays.fill(bytes, 0, BlockLayout.HEADER_BYTES, (byte) 0);
        end = BlockLayout.HEADER_BYTES;
        records = 0;
        earliest = Long.MAX_VALUE;
        latest = Long.MIN_VALUE;
        summary.clear();
    }
}
