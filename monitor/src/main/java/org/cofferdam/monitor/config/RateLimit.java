package org.cofferdam.monitor.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a port may send: bits a second, packets a second, or both. Zero means that this measure is not limited.
 *
 * @param bitsPerSecond bits of whole frames, without preamble and gap
 * @param packetsPerSecond frames
 */
public record RateLimit(long bitsPerSecond, long packetsPerSecond) {
    public static final RateLimit NONE = new RateLimit(0, 0);

    private static final Pattern ITEM =
            Pattern.compile("([0-9]{1,9})(kbit|mbit|gbit|bit|pps|kpps|mpps)");
    private static final long MAX_BITS = 400_000_000_000L;
    private static final long MAX_PACKETS = 1_000_000_000L;

    public RateLimit {
        if (bitsPerSecond < 0
                || bitsPerSecond > MAX_BITS
                || packetsPerSecond < 0
                || packetsPerSecond > MAX_PACKETS) {
            throw new IllegalArgumentException(
                    "a rate lies between 1bit and 400gbit, or 1pps and 1000mpps");
        }
    }

    /** Reads {@code none}, {@code 500mbit}, {@code 80kpps} or both with a comma between. */
    public static RateLimit parse(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.equals("none")) {
            return NONE;
        }
        long bits = 0;
        long packets = 0;
        for (String item : lower.split(",", -1)) {
            Matcher m = ITEM.matcher(item.strip());
            if (!m.matches() || Long.parseLong(m.group(1)) == 0) {
                throw new IllegalArgumentException(
                        "\""
                                + text
                                + "\" is not a rate (like 500mbit, 80kpps, 500mbit,80kpps or none)");
            }
            long n = Long.parseLong(m.group(1)); // at most 9 digits, times 10^9 at most: below 2^63
            switch (m.group(2)) {
                case "bit" -> bits = n;
                case "kbit" -> bits = n * 1_000;
                case "mbit" -> bits = n * 1_000_000;
                case "gbit" -> bits = n * 1_000_000_000;
                case "pps" -> packets = n;
                case "kpps" -> packets = n * 1_000;
                default -> packets = n * 1_000_000;
            }
        }
        return new RateLimit(bits, packets);
    }

    public boolean isLimited() {
        return bitsPerSecond > 0 || packetsPerSecond > 0;
    }
}
