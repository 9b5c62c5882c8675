package org.cofferdam.monitor.cli;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.monitor.config.OperatorError;

/** Reads a time as an operator writes it. */
final class TimePoint {
    private static final Pattern AGO =
            Pattern.compile(
                    "([0-9]{1,6}) ?"
                            + "(s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hour|hours|d|day|days|w|week|weeks)"
                            + "(?: ago)?");
    private static final Pattern DAY =
            Pattern.compile("(today|yesterday)(?: ([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?");
    private static final Pattern CLOCK_TIME = Pattern.compile("[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?");
    private static final Pattern LOCAL =
            Pattern.compile(
                    "([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?))?");

    private TimePoint() {}

    /** As {@link #parse(String, String, Clock)}, for {@code --since}. */
    static Instant parse(String text, Clock clock) {
        return parse("--since", text, clock);
    }

    /**
     * @param option whose value it is
     * @param text {@code 10m} or {@code 10 min ago}, {@code now}, {@code today 14:00}, {@code yesterday}, {@code 14:00}
     *     (today), a date with or without a time in the clock's zone, or an ISO 8601 time with zone
     * @throws OperatorError (usage) if it is none of these
     */
    static Instant parse(String option, String text, Clock clock) {
        String t = text.strip().replaceAll("\\s+", " ");
        String words = t.toLowerCase(Locale.ROOT);
        try {
            Matcher ago = AGO.matcher(words);
            if (ago.matches()) {
                return clock.instant().minus(duration(Long.parseLong(ago.group(1)), ago.group(2)));
            }
            if (words.equals("now")) {
                return clock.instant();
            }
            LocalDate today = LocalDate.ofInstant(clock.instant(), clock.getZone());
            Matcher day = DAY.matcher(words);
            if (day.matches()) {
                LocalDate date = day.group(1).equals("today") ? today : today.minusDays(1);
                LocalTime time = day.group(2) == null ? LocalTime.MIDNIGHT : time(day.group(2));
                return date.atTime(time).atZone(clock.getZone()).toInstant();
            }
            if (CLOCK_TIME.matcher(words).matches()) {
                return today.atTime(time(words)).atZone(clock.getZone()).toInstant();
            }
            Matcher local = LOCAL.matcher(t);
            if (local.matches()) {
                LocalDate date = LocalDate.parse(local.group(1));
                LocalDateTime time =
                        local.group(2) == null
                                ? date.atStartOfDay()
                                : LocalDateTime.parse(local.group(1) + "T" + local.group(2));
                return time.atZone(clock.getZone()).toInstant();
            }
            return OffsetDateTime.parse(t).toInstant();
        } catch (DateTimeException e) {
            throw OperatorError.usage(
                    option
                            + ": \""
                            + text
                            + "\" is not a time; write \"10 min ago\", \"yesterday\", \"today 14:00\", 2026-11-22, 2026-11-22"
                            + " 19:00 or 2026-11-22T19:00:00Z");
        }
    }

    private static LocalTime time(String text) {
        return LocalTime.parse(text.indexOf(':') == 1 ? "0" + text : text);
    }

    private static Duration duration(long n, String unit) {
        return switch (unit.charAt(0)) {
            case 's' -> Duration.ofSeconds(n);
            case 'm' -> Duration.ofMinutes(n);
            case 'h' -> Duration.ofHours(n);
            case 'w' -> Duration.ofDays(7 * n);
            default -> Duration.ofDays(n);
        };
    }
}
