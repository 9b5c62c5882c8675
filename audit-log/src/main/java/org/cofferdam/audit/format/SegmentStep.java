package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;

/** What stands at an offset of a segment file. */
public sealed interface SegmentStep {
    /**
     * A block whose hash and whose payload's checksum are right. Whether it belongs here (number, chain) is the caller's to check.
     *
     * @param offset where its header begins
     * @param header its header
     * @param payload its records; the walker's own memory, good until its next step
     */
    record Block(long offset, BlockHeader header, MemorySegment payload) implements SegmentStep {
        /** Where the next block would begin. */
        public long end() {
            return offset + header.totalBytes();
        }
    }

    /**
     * No block here: the end of the file, or zeros where the next block will be written.
     *
     * @param offset that end
     */
    record End(long offset) implements SegmentStep {}

    /** What is wrong with a stretch that should be a block. */
    enum Fault {
        /** The bytes do not fit the hash or the checksum they carry. */
        HASH,
        /** The block goes on behind the end of the file. */
        CUT,
        /** The last page of the block is zero, as a write leaves it that was stopped half-way. */
        TORN,
        /** No header that could be one. */
        NO_HEADER,
        /** Zeros, with more blocks behind them. */
        HOLE
    }

    /**
     * A stretch that is no sound block.
     *
     * @param offset where it begins
     * @param end where the next block begins, or where the data end
     * @param fault what is wrong
     * @param last whether no block follows in this file
     */
    record Damage(long offset, long end, Fault fault, boolean last) implements SegmentStep {}
}
