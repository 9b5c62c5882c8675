package org.cofferdam.audit.verify;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.audit.sign.SignedText;
import org.cofferdam.audit.sign.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who can write a log's files and knows the format: writes the whole chain anew, so that every hash, root,
 * checksum and link is right. What he cannot make right without the key are the signatures.
 */
final class Forger {
    private final @Nullable SigningKey key;
    private BlockHash last = BlockHash.NONE;

    private Forger(@Nullable SigningKey key) {
        this.key = key;
    }

    /**
     * Makes the chain right.
     *
     * @param key signs checkpoints that name it anew; null leaves all signatures as they are
     */
    static void rewrite(Path dir, @Nullable SigningKey key) throws IOException {
        Forger forger = new Forger(key);
        for (Path file : LogDirectory.segments(dir)) {
            forger.segment(file);
        }
    }

    private void segment(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        MemorySegment m = MemorySegment.ofArray(bytes);
        last.put(m, SegmentLayout.PREVIOUS_HASH);
        BlockHash header = BlockHash.ofSegmentHeader(BlockHash.sha256(), bytes);
        header.put(m, SegmentLayout.HASH);
        boolean first = true;
        int at = SegmentLayout.HEADER_BYTES;
        while (at + BlockLayout.HEADER_BYTES <= bytes.length
                && Bytes.u64(m, at) == BlockLayout.MAGIC_VALUE) {
            int end =
                    at
                            + BlockLayout.HEADER_BYTES
                            + (int) Bytes.u32(m, at + (long) BlockLayout.PAYLOAD_BYTES);
            byte[] block = Arrays.copyOfRange(bytes, at, end);
            MemorySegment b = MemorySegment.ofArray(block);
            last.put(b, BlockLayout.PREVIOUS_HASH);
            if (first) {
                long fields = BlockLayout.HEADER_BYTES + (long) RecordLayout.HEADER_BYTES;
                header.put(b, fields + 16);
                first = false;
            }
            checkpoints(block, b);
            LogFixture.rehash(block);
            last = BlockHash.at(b, BlockLayout.HASH);
            System.arraycopy(block, 0, bytes, at, block.length);
            at = end;
        }
        Files.write(file, bytes);
    }

    private void checkpoints(byte[] block, MemorySegment b) {
        for (int at = BlockLayout.HEADER_BYTES; at < block.length; ) {
            if (Bytes.u16(b, at + (long) RecordLayout.TYPE) == CrossingType.CHECKPOINT.code()) {
                long fields = at + (long) RecordLayout.HEADER_BYTES;
                last.put(b, fields + 8);
                SigningKey signer = key;
                if (signer != null && Bytes.u64(b, fields + 40) == signer.shown().id()) {
                    long[] signature =
                            signer.sign(
                                    SignedText.checkpoint(
                                            Bytes.u64(b, BlockLayout.LOG_ID),
                                            Bytes.u64(b, BlockLayout.LOG_ID + 8L),
                                            Bytes.u64(b, fields),
                                            last));
                    for (int i = 0; i < LogKey.SIGNATURE_WORDS; i++) {
                        Bytes.u64(b, fields + 48 + 8L * i, signature[i]);
                    }
                }
            }
            at += Bytes.align8((int) Bytes.u32(b, at));
        }
    }
}
