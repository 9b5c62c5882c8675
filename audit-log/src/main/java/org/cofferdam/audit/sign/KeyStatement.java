package org.cofferdam.audit.sign;

import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.Crossing;

/**
 * What a KEY record says: this key signs from here on, and this one says so.
 *
 * @param key the key
 * @param signer short name of the key that signed this; the key's own if it is a log's first
 * @param signature eight little-endian words
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
public record KeyStatement(LogKey key, long signer, long[] signature) {
    private static final int FIELDS = 6 + LogKey.SIGNATURE_WORDS;

    /** What a KEY record says, or empty if the record is none or names its key wrongly. */
    public static Optional<KeyStatement> of(Crossing c) {
        if (c.code() != CrossingType.KEY.code() || c.fieldCount() < FIELDS) {
            return Optional.empty();
        }
        LogKey key = new LogKey(c.field(1), c.field(2), c.field(3), c.field(4));
        return key.id() == c.field(0)
                ? Optional.of(new KeyStatement(key, c.field(5), Checkpoint.words(c, 6)))
                : Optional.empty();
    }

    /** The statement that {@code signer} makes about {@code key} of this log. */
    public static KeyStatement make(long logIdHigh, long logIdLow, LogKey key, SigningKey signer) {
        return new KeyStatement(
                key,
                signer.shown().id(),
                signer.sign(SignedText.successor(logIdHigh, logIdLow, key)));
    }

    /** Whether {@code by} made it about a key of this log. */
    public boolean madeBy(LogKey by, long logIdHigh, long logIdLow) {
        return by.id() == signer
                && by.verifies(SignedText.successor(logIdHigh, logIdLow, key), signature);
    }

    /** Whether the key speaks for itself, as a log's first does. */
    public boolean isFirst() {
        return signer == key.id();
    }

    /** The values of its record. */
    public long[] fields() {
        long[] fields = new long[FIELDS];
        fields[0] = key.id();
        fields[1] = key.w0();
        fields[2] = key.w1();
        fields[3] = key.w2();
        fields[4] = key.w3();
        fields[5] = signer;
        System.arraycopy(signature, 0, fields, 6, signature.length);
        return fields;
    }
}
