package org.cofferdam.audit.detect;

import java.util.Optional;

/** How much an alert matters, in the words and numbers of OCSF ({@code severity_id}). */
public enum Severity {
    /** Good to know. */
    INFORMATIONAL(1),
    /** Look at it some day. */
    LOW(2),
    /** Look at it today. */
    MEDIUM(3),
    /** Look at it now. */
    HIGH(4),
    /** Somebody is in. */
    CRITICAL(5);

    private final int number;

    Severity(int number) {
        this.number = number;
    }

    /** The number in records, 1 to 5. */
    public int number() {
        return number;
    }

    /** The severity of a name in lower or upper case. */
    public static Optional<Severity> named(String word) {
        for (Severity s : values()) {
            if (s.name().equalsIgnoreCase(word)) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }
}
