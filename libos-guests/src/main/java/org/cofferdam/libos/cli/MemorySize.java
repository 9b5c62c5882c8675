package org.cofferdam.libos.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of memory in bytes, as {@code 512m} or {@code 2g}. */
record MemorySize(long bytes) {
    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,5})([mg])");
    private static final long LEAST = 16L << 20;

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if it is none, or less than a JVM can live on
     */
    static MemorySize parse(String text) {
        Matcher m = TEXT.matcher(text.toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size; write it as 256m or 2g");
        }
        long bytes = Long.parseLong(m.group(1)) << (m.group(2).equals("g") ? 30 : 20);
        if (bytes < LEAST) {
            throw new IllegalArgumentException("'" + text + "' is less than 16m");
        }
        return new MemorySize(bytes);
    }
}
