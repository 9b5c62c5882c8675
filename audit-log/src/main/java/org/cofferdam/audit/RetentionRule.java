package org.cofferdam.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Which sealed segments may go. The newest two always stay.
 *
 * @param age how old all records of a segment are before it goes
 * @param bytes what all segments may take together before the oldest goes; 0: any
 * @param untilShipped the file in which the Kafka shipper says how far it is; a segment stays until it is shipped
 */
public record RetentionRule(Optional<Duration> age, long bytes, Optional<Path> untilShipped) {
    /** Everything stays. */
    public static final RetentionRule KEEP_ALL =
            new RetentionRule(Optional.empty(), 0, Optional.empty());

    public RetentionRule {
        if (bytes < 0 || age.filter(a -> a.isNegative() || a.isZero()).isPresent()) {
            throw new IllegalArgumentException("keep for " + age + ", " + bytes + " bytes");
        }
        if (untilShipped.isPresent() && age.isEmpty() && bytes == 0) {
            throw new IllegalArgumentException(
                    "segments that were shipped go by age or size only: name one of them, too");
        }
    }

    /** Whether any segment can ever go. */
    public boolean removes() {
        return age.isPresent() || bytes > 0;
    }
}
