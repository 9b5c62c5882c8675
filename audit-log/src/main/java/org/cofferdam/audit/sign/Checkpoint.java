package org.cofferdam.audit.sign;

import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.read.Crossing;

/**
 * A signed statement that a log's block of this number has this hash.
 *
 * @param logIdHigh first half of the log's identity
 * @param logIdLow its second half
 * @param block the block's number
 * @param hash its hash
 * @param key short name of the key that signed, {@link LogKey#id}
 * @param signature eight little-endian words
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
public record Checkpoint(
        long logIdHigh, long logIdLow, long block, BlockHash hash, long key, long[] signature) {
    private static final int FIELDS = 6 + LogKey.SIGNATURE_WORDS;

    /** The checkpoint in a CHECKPOINT record of a log, or empty if the record is none. */
    public static Optional<Checkpoint> of(long logIdHigh, long logIdLow, Crossing c) {
        if (c.code() != CrossingType.CHECKPOINT.code() || c.fieldCount() < FIELDS) {
            return Optional.empty();
        }
        return Optional.of(
                new Checkpoint(
                        logIdHigh,
                        logIdLow,
                        c.field(0),
                        new BlockHash(c.field(1), c.field(2), c.field(3), c.field(4)),
                        c.field(5),
                        words(c, 6)));
    }

    static long[] words(Crossing c, int from) {
        long[] words = new long[LogKey.SIGNATURE_WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = c.field(from + i);
        }
        return words;
    }

    /** Whether {@code by} signed it. */
    public boolean signedBy(LogKey by) {
        return by.id() == key
                && by.verifies(SignedText.checkpoint(logIdHigh, logIdLow, block, hash), signature);
    }
}
