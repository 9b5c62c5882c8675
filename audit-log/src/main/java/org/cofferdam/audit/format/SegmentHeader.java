package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * The contents of a segment's header.
 *
 * @param number the segment's number, from 1
 * @param run the run that wrote it, from 1
 * @param firstBlock number of the first block in it
 * @param startNanos when it was begun, ns since 1970
 * @param allocated bytes the file has until it is sealed
 * @param previous hash of the last block before it
 * @param logIdHigh first half of the log's identity
 * @param logIdLow second half of the log's identity
 * @param host name of the host that wrote it
 * @param hash the header's own hash
 */
public record SegmentHeader(
        int number,
        long run,
        long firstBlock,
        long startNanos,
        long allocated,
        BlockHash previous,
        long logIdHigh,
        long logIdLow,
        String host,
        BlockHash hash) {

    /** Encodes the header and fills in its hash, which is not taken from this value. */
    public static byte[] encode(SegmentHeader h, MessageDigest sha256) {
        byte[] bytes = new byte[SegmentLayout.HEADER_BYTES];
        MemorySegment m = MemorySegment.ofArray(bytes);
        Bytes.u64(m, SegmentLayout.MAGIC, SegmentLayout.MAGIC_VALUE);
        Bytes.u16(m, SegmentLayout.VERSION, SegmentLayout.CURRENT_VERSION);
        Bytes.u16(m, SegmentLayout.HEADER_SIZE, SegmentLayout.HEADER_BYTES);
        Bytes.u32(m, SegmentLayout.NUMBER, h.number);
        Bytes.u64(m, SegmentLayout.RUN, h.run);
        Bytes.u64(m, SegmentLayout.FIRST_BLOCK, h.firstBlock);
        Bytes.u64(m, SegmentLayout.START, h.startNanos);
        Bytes.u64(m, SegmentLayout.ALLOCATED, h.allocated);
        h.previous.put(m, SegmentLayout.PREVIOUS_HASH);
        Bytes.u64(m, SegmentLayout.LOG_ID, h.logIdHigh);
        Bytes.u64(m, SegmentLayout.LOG_ID + 8, h.logIdLow);
        byte[] host = h.host.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(host.length, SegmentLayout.HOST_BYTES);
        System.arraycopy(host, 0, bytes, SegmentLayout.HOST, length);
        BlockHash.ofSegmentHeader(sha256, bytes).put(m, SegmentLayout.HASH);
        return bytes;
    }

    /** The header in {@code bytes}, or empty if these are not a sound one. */
    public static Optional<SegmentHeader> decode(byte[] bytes, MessageDigest sha256) {
        if (bytes.length < SegmentLayout.HEADER_BYTES) {
            return Optional.empty();
        }
        MemorySegment m = MemorySegment.ofArray(bytes);
        BlockHash hash = BlockHash.at(m, SegmentLayout.HASH);
        long number = Bytes.u32(m, SegmentLayout.NUMBER);
        if (Bytes.u64(m, SegmentLayout.MAGIC) != SegmentLayout.MAGIC_VALUE
                || Bytes.u16(m, SegmentLayout.VERSION) != SegmentLayout.CURRENT_VERSION
                || Bytes.u16(m, SegmentLayout.HEADER_SIZE) != SegmentLayout.HEADER_BYTES
                || number < 1
                || number > Integer.MAX_VALUE
                || !BlockHash.ofSegmentHeader(sha256, bytes).equals(hash)) {
            return Optional.empty();
        }
        byte[] host =
                Arrays.copyOfRange(
                        bytes, SegmentLayout.HOST, SegmentLayout.HOST + SegmentLayout.HOST_BYTES);
        return Optional.of(
                new SegmentHeader(
                        (int) number,
                        Bytes.u64(m, SegmentLayout.RUN),
                        Bytes.u64(m, SegmentLayout.FIRST_BLOCK),
                        Bytes.u64(m, SegmentLayout.START),
                        Bytes.u64(m, SegmentLayout.ALLOCATED),
                        BlockHash.at(m, SegmentLayout.PREVIOUS_HASH),
                        Bytes.u64(m, SegmentLayout.LOG_ID),
                        Bytes.u64(m, SegmentLayout.LOG_ID + 8),
                        new String(host, StandardCharsets.UTF_8).replace("\0", ""),
                        hash));
    }
}
