package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A whole block that came over a socket or from Kafka. Its bytes are the caller's and must not change.
 *
 * @param header its header
 * @param bytes header and payload
 */
@SuppressWarnings("ArrayRecordComponent") // a view of the caller's bytes, compared by nobody
public record BlockImage(BlockHeader header, byte[] bytes) {
    /**
     * The block in {@code bytes}, if these are exactly one block whose hash and whose payload's checksum are right.
     * That it was not changed by one who knows the format only the chain and the Merkle root show.
     */
    public static Optional<BlockImage> check(byte[] bytes) {
        if (bytes.length < BlockLayout.HEADER_BYTES) {
            return Optional.empty();
        }
        BlockHeader header = BlockHeader.read(MemorySegment.ofArray(bytes), 0);
        if (!header.plausible()
                || header.totalBytes() != bytes.length
                || !BlockHash.ofBlockHeader(BlockHash.sha256(), bytes, 0).equals(header.hash())
                || payloadCrc(bytes, BlockLayout.HEADER_BYTES, (int) header.payloadBytes())
                        != header.payloadCrc()) {
            return Optional.empty();
        }
        return Optional.of(new BlockImage(header, bytes));
    }

    /** The records. */
    public MemorySegment payload() {
        return MemorySegment.ofArray(bytes)
                .asSlice(BlockLayout.HEADER_BYTES, header.payloadBytes())
                .asReadOnly();
    }

    /** The checksum of a payload, CRC32C of RFC 3720, appendix B.4, unsigned 32 bits. */
    public static long payloadCrc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return crc.getValue();
    }
}
