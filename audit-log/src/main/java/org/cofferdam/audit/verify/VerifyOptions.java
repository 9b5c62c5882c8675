package org.cofferdam.audit.verify;

import java.util.Optional;
import org.cofferdam.audit.sign.LogKey;

/**
 * What a verifier knows besides the files.
 *
 * @param key a key that the log must have signed with, got from elsewhere; without one the first that the log names is
 *     believed
 * @param seen hashes of blocks that others kept
 */
public record VerifyOptions(Optional<LogKey> key, SeenElsewhere seen) {
    /** The files alone. */
    public static VerifyOptions none() {
        return new VerifyOptions(Optional.empty(), new SeenElsewhere());
    }
}
