package org.cofferdam.monitor.cli;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.monitor.config.OperatorError;

/** Reads a time as an operator writes it. */
final class TimePoint {
    private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhd])");
    private static final Pattern LOCAL =
            Pattern.compile(
                    "([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?))?");

    private TimePoint() {}

    /**
     * @param text {@code 10m} (ago), a date with or without a time in the clock's zone, or an ISO 8601 time with zone
     * @throws OperatorError (usage) if it is none of these
     */
    static Instant parse(String text, Clock clock) {
        String t = text.strip();
        try {
            Matcher ago = AGO.matcher(t);
            if (ago.matches()) {
                return clock.instant().minus(duration(Long.parseLong(ago.group(1)), ago.group(2)));
            }
            Matcher local = LOCAL.matcher(t);
            if (local.matches()) {
                LocalDate day = LocalDate.parse(local.group(1));
                LocalDateTime time =
                        local.group(2) == null
                                ? day.atStartOfDay()
                                : LocalDateTime.parse(local.group(1) + "T" + local.group(2));
                return time.atZone(clock.getZone()).toInstant();
            }
            return OffsetDateTime.parse(t).toInstant();
        } catch (DateTimeException e) {
            throw OperatorError.usage(
                    "--since: \""
                            + text
                            + "\" is not a time; write 10m, 2026-11-22, 2026-11-22 19:00 or 2026-11-22T19:00:00Z");
        }
    }

    private static Duration duration(long n, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }
}
