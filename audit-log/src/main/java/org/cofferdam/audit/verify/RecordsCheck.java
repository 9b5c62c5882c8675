package org.cofferdam.audit.verify;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockSummary;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.MerkleTree;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;

/** What a block's header says of its records, computed again from these. One thread. */
final class RecordsCheck {
    private final MerkleTree tree = new MerkleTree();
    private final BlockSummary.Builder block = new BlockSummary.Builder();
    private final BlockSummary.Builder segment = new BlockSummary.Builder();
    private long segmentEarliest = Long.MAX_VALUE;
    private long segmentLatest = Long.MIN_VALUE;

    /** A new segment begins. */
    void segment() {
        segment.clear();
        segmentEarliest = Long.MAX_VALUE;
        segmentLatest = Long.MIN_VALUE;
    }

    /** A record of the block that {@link #end} closes. */
    void record(Crossing c) {
        int port = port(c);
        if (port >= 0) {
            block.add(c.source(), c.code(), port);
        } else {
            block.add(c.source(), c.code());
        }
        segmentEarliest = Math.min(segmentEarliest, c.time());
        segmentLatest = Math.max(segmentLatest, c.time());
    }

    /** The port that a record speaks of, by which the summary sorts it, or -1. */
    static int port(Crossing c) {
        int field = CrossingType.portField(c.code());
        return c.burst()
                .map(Burst::port)
                .orElseGet(
                        () ->
                                field >= 0 && field < c.fieldCount()
                                        ? (int) c.field(field) & 0xffff
                                        : -1);
    }

    /** Whether the header's summary leaves nothing out; a block without records sums up its segment. */
    boolean end(BlockHeader header) {
        BlockSummary found = block.summary();
        block.clear();
        segment.addAll(found);
        if (!header.rotated() && !header.closed()) {
            return header.summary().covers(found);
        }
        return header.summary().covers(segment.summary())
                && (segmentEarliest == Long.MAX_VALUE
                        || (header.earliest() <= segmentEarliest
                                && header.latest() >= segmentLatest));
    }

    /** Whether the records, well-formed, are those of the header's Merkle root. */
    boolean rootIsRight(BlockHeader header, MemorySegment payload) {
        byte[] bytes = payload.toArray(ValueLayout.JAVA_BYTE);
        tree.clear();
        for (int at = 0; at < bytes.length; ) {
            long length = Bytes.u32(payload, at);
            if (length < RecordLayout.HEADER_BYTES
                    || length > RecordLayout.MAX_BYTES
                    || Bytes.align8((int) length) > bytes.length - at) {
                return false;
            }
            int padded = Bytes.align8((int) length);
            tree.add(bytes, at, padded);
            at += padded;
        }
        return tree.root().equals(header.merkleRoot());
    }
}
