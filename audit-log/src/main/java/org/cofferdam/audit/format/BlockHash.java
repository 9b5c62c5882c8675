package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A SHA-256 as a value: four 64-bit words, each as it lies in the file read as a little-endian number.
 *
 * @param w0 bytes 0 to 7
 * @param w1 bytes 8 to 15
 * @param w2 bytes 16 to 23
 * @param w3 bytes 24 to 31
 */
public record BlockHash(long w0, long w1, long w2, long w3) {
    /** What stands before the first block of a log. */
    public static final BlockHash NONE = new BlockHash(0, 0, 0, 0);

    /** The 32 bytes at {@code at}. */
    public static BlockHash at(MemorySegment memory, long at) {
        return new BlockHash(
                Bytes.u64(memory, at),
                Bytes.u64(memory, at + 8),
                Bytes.u64(memory, at + 16),
                Bytes.u64(memory, at + 24));
    }

    /** Writes the 32 bytes at {@code at}. */
    public void put(MemorySegment memory, long at) {
        Bytes.u64(memory, at, w0);
        Bytes.u64(memory, at + 8, w1);
        Bytes.u64(memory, at + 16, w2);
        Bytes.u64(memory, at + 24, w3);
    }

    /** A digest that this machine's JDK is bound to have. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java platform must bring SHA-256", e);
        }
    }

    /** The hash of a segment's header, from its first 224 bytes in {@code bytes}. */
    public static BlockHash ofSegmentHeader(MessageDigest sha256, byte[] bytes) {
        sha256.update(bytes, 0, SegmentLayout.HASH);
        return at(MemorySegment.ofArray(sha256.digest()), 0);
    }

    /** The hash of the block whose header is at {@code offset} of {@code bytes}: of its first 224 bytes. */
    public static BlockHash ofBlockHeader(MessageDigest sha256, byte[] bytes, int offset) {
        sha256.update(bytes, offset, BlockLayout.HASH);
        return at(MemorySegment.ofArray(sha256.digest()), 0);
    }

    /** The hash that 64 hexadecimal digits name, or empty if the text is something else. */
    public static Optional<BlockHash> parse(String hex) {
        if (hex.length() != 2 * BlockLayout.HASH_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(at(MemorySegment.ofArray(HexFormat.of().parseHex(hex)), 0));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** 64 hexadecimal digits in the order of the bytes. */
    public String hex() {
        return String.format(
                "%016x%016x%016x%016x",
                Long.reverseBytes(w0),
                Long.reverseBytes(w1),
                Long.reverseBytes(w2),
                Long.reverseBytes(w3));
    }
}
