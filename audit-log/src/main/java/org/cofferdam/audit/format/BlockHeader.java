package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;

/**
 * The contents of a block's header, as read; {@link #plausible} says whether its numbers can be used.
 *
 * @param magic {@link BlockLayout#MAGIC_VALUE} in a block
 * @param version of the format
 * @param flags {@link BlockLayout#FLAG_ROTATED} and the like
 * @param payloadBytes bytes behind the header, unsigned 32 bits
 * @param number the block's number in the log
 * @param run the run that wrote it
 * @param records how many records are in it
 * @param segment the segment it was written to
 * @param earliest earliest time of a record, ns since 1970; of the whole segment in the block that seals it
 * @param latest latest time
 * @param payloadCrc CRC32C of the payload, unsigned 32 bits
 * @param previous hash of the block before
 * @param merkleRoot root over its records
 * @param logIdHigh first half of the log's identity
 * @param logIdLow its second half
 * @param summary what it may hold; of the whole segment in the block that seals it
 * @param hash its own hash
 */
public record BlockHeader(
        long magic,
        int version,
        int flags,
        long payloadBytes,
        long number,
        long run,
        long records,
        long segment,
        long earliest,
        long latest,
        long payloadCrc,
        BlockHash previous,
        BlockHash merkleRoot,
        long logIdHigh,
        long logIdLow,
        BlockSummary summary,
        BlockHash hash) {

    /** The header in the {@link BlockLayout#HEADER_BYTES} at {@code at}, whatever they are. */
    public static BlockHeader read(MemorySegment m, long at) {
        return new BlockHeader(
                Bytes.u64(m, at + BlockLayout.MAGIC),
                Bytes.u16(m, at + BlockLayout.VERSION),
                Bytes.u16(m, at + BlockLayout.FLAGS),
                Bytes.u32(m, at + BlockLayout.PAYLOAD_BYTES),
                Bytes.u64(m, at + BlockLayout.NUMBER),
                Bytes.u64(m, at + BlockLayout.RUN),
                Bytes.u32(m, at + BlockLayout.RECORDS),
                Bytes.u32(m, at + BlockLayout.SEGMENT),
                Bytes.u64(m, at + BlockLayout.EARLIEST),
                Bytes.u64(m, at + BlockLayout.LATEST),
                Bytes.u32(m, at + BlockLayout.PAYLOAD_CRC),
                BlockHash.at(m, at + BlockLayout.PREVIOUS_HASH),
                BlockHash.at(m, at + BlockLayout.MERKLE_ROOT),
                Bytes.u64(m, at + BlockLayout.LOG_ID),
                Bytes.u64(m, at + BlockLayout.LOG_ID + 8),
                BlockSummary.read(m, at + BlockLayout.SUMMARY),
                BlockHash.at(m, at + BlockLayout.HASH));
    }

    /** Whether this begins a block whose length a reader accepts. */
    public boolean plausible() {
        return magic == BlockLayout.MAGIC_VALUE
                && version == BlockLayout.CURRENT_VERSION
                && payloadBytes <= BlockLayout.READABLE_PAYLOAD
                && payloadBytes % 8 == 0;
    }

    /** Bytes of header and payload; at most about 1 MiB if the header is plausible. */
    public int totalBytes() {
        return BlockLayout.HEADER_BYTES + (int) payloadBytes;
    }

    /** Whether the writer sealed the segment with this block. */
    public boolean rotated() {
        return (flags & BlockLayout.FLAG_ROTATED) != 0;
    }

    /** Whether the writer closed the log with this block. */
    public boolean closed() {
        return (flags & BlockLayout.FLAG_CLOSED) != 0;
    }
}
