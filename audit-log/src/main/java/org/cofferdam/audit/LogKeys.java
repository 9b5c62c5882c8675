package org.cofferdam.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalLong;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.sign.KeyStatement;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.audit.sign.SignedText;
import org.cofferdam.audit.sign.SigningKey;

/**
 * The key that signs a log, and its change: the new key is written beside the old one, then the chain says so on disk,
 * and only then does the new file replace the old. Whenever that is cut short, the chain tells which of the two is the
 * right one. The writer's thread only, after the log was opened.
 */
final class LogKeys {
    private final Path current;
    private final Path next;
    private final long logIdHigh;
    private final long logIdLow;
    private SigningKey key;
    private KeyStatement statement;

    private LogKeys(Path directory, Recovery recovery, SigningKey key, KeyStatement statement) {
        current = directory.resolve(LogDirectory.KEY_FILE);
        next = directory.resolve(LogDirectory.NEXT_KEY_FILE);
        logIdHigh = recovery.logIdHigh();
        logIdLow = recovery.logIdLow();
        this.key = key;
        this.statement = statement;
    }

    /** Takes a new key for this run; the chain has to say so before {@link #settle}. */
    static LogKeys open(Path directory, Recovery recovery) {
        Path current = directory.resolve(LogDirectory.KEY_FILE);
        Path next = directory.resolve(LogDirectory.NEXT_KEY_FILE);
        try {
            finish(current, next, recovery.lastKey());
            SigningKey fresh = SigningKey.generate();
            SigningKey signer = Files.exists(current) ? SigningKey.load(current) : fresh;
            fresh.save(next);
            return new LogKeys(
                    directory,
                    recovery,
                    fresh,
                    KeyStatement.make(
                            recovery.logIdHigh(), recovery.logIdLow(), fresh.shown(), signer));
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO,
                    "cannot use the audit log's signing key in "
                            + directory
                            + " ("
                            + e.getMessage()
                            + "); restore the file, or move it away to begin with a new key, which 'monitor audit"
                            + " verify' will show",
                    e);
        }
    }

    /** A change that was cut short is completed if the chain has the new key, and undone if not. */
    private static void finish(Path current, Path next, OptionalLong inChain) throws IOException {
        if (!Files.exists(next)) {
            return;
        }
        boolean said = false;
        try {
            said = inChain.isPresent() && SigningKey.load(next).shown().id() == inChain.getAsLong();
        } catch (IOException e) {
            // Half a file: it was not in the chain yet, or the current key will be missed below.
            said = false;
        }
        if (said) {
            Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.delete(next);
        }
    }

    /** Makes the next key; {@link #statement} is to be written. */
    void change() throws IOException {
        SigningKey fresh = SigningKey.generate();
        fresh.save(next);
        statement = KeyStatement.make(logIdHigh, logIdLow, fresh.shown(), key);
        key = fresh;
    }

    /** The chain has the statement on disk: the old key is gone from now on. */
    void settle() throws IOException {
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What the chain says about the key, again in each segment. */
    KeyStatement statement() {
        return statement;
    }

    LogKey shown() {
        return key.shown();
    }

    /** The values of a CHECKPOINT record for a block. */
    long[] checkpoint(long block, BlockHash hash) {
        long[] fields = new long[6 + LogKey.SIGNATURE_WORDS];
        fields[0] = block;
        fields[1] = hash.w0();
        fields[2] = hash.w1();
        fields[3] = hash.w2();
        fields[4] = hash.w3();
        fields[5] = key.shown().id();
        long[] signature = key.sign(SignedText.checkpoint(logIdHigh, logIdLow, block, hash));
        System.arraycopy(signature, 0, fields, 6, signature.length);
        return fields;
    }
}
