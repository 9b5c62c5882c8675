package org.cofferdam.monitor.config;

import java.util.regex.Pattern;

/**
 * A guest's name: also its socket's, so it is a plain file name.
 *
 * @param value 1 to 32 letters, digits, dots, dashes and underscores; begins with a letter or digit
 */
public record GuestName(String value) implements Comparable<GuestName> {
    // Before the first name is made.
    private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

    /** In a list of peers: the host's own stack. */
    public static final GuestName HOST = new GuestName("host");

    public GuestName {
        if (!TEXT.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "\""
                            + value
                            + "\" is not a guest's name (1 to 32 letters, digits, '.', '-' and '_')");
        }
    }

    @Override
    public int compareTo(GuestName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
