package org.cofferdam.monitor.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditPolicy;
import org.cofferdam.audit.Durability;
import org.cofferdam.audit.RetentionRule;
import org.cofferdam.audit.WhenFull;

/** Reads what the operator chooses about the audit log. */
final class AuditSettings {
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,9})([KMGT]?)");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})([smhdw])");

    private AuditSettings() {}

    /** Turns texts into a policy, or throws {@link OperatorError} naming the place that is wrong. */
    static AuditPolicy from(RawSettings raw) {
        Optional<Duration> age = raw.value(Setting.AUDIT_KEEP, AuditSettings::time);
        Optional<Long> most = raw.value(Setting.AUDIT_KEEP_BYTES, AuditSettings::kept);
        Optional<Path> shipped = raw.value(Setting.AUDIT_KEEP_UNTIL_SHIPPED, StartOptions::path);
        if (shipped.isPresent() && age.isEmpty() && most.isEmpty()) {
            throw OperatorError.usage(
                    raw.origin(Setting.AUDIT_KEEP_UNTIL_SHIPPED)
                            + ": nothing is removed by it alone; say also --audit-keep or --audit-keep-bytes");
        }
        return new AuditPolicy(
                raw.value(Setting.AUDIT_DURABILITY, s -> choice(s, Durability.values()))
                        .orElse(Durability.DEVICE),
                raw.value(Setting.AUDIT_WHEN_FULL, s -> choice(s, WhenFull.values()))
                        .orElse(WhenFull.BLOCK),
                raw.value(Setting.AUDIT_QUOTA, AuditSettings::quota)
                        .orElse(AuditPolicy.DEFAULT_SOURCE_BYTES_PER_SECOND),
                new RetentionRule(age, most.orElse(0L), shipped));
    }

    /** How large the log's files are. */
    static long segmentBytes(RawSettings raw) {
        return raw.value(Setting.AUDIT_SEGMENT_BYTES, AuditSettings::segment)
                .orElse(AuditOptions.DEFAULT_SEGMENT_BYTES);
    }

    private static long segment(String text) {
        long bytes = bytes(text);
        if (bytes < AuditOptions.MIN_SEGMENT_BYTES || bytes > AuditOptions.MAX_SEGMENT_BYTES) {
            throw new IllegalArgumentException("\"" + text + "\" is not 256K to 4G");
        }
        return bytes;
    }

    private static <E extends Enum<E>> E choice(String text, E[] values) {
        return StartOptions.choice(text.toLowerCase(Locale.ROOT), values);
    }

    private static long quota(String text) {
        if (text.equals("none")) {
            return 0;
        }
        long bytes = bytes(text);
        if (bytes < AuditPolicy.MIN_SOURCE_BYTES_PER_SECOND || bytes > 1L << 40) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no quota (64K to 1T bytes a second, or none)");
        }
        return bytes;
    }

    private static long kept(String text) {
        long bytes = bytes(text);
        if (bytes < 1 << 20) {
            throw new IllegalArgumentException("\"" + text + "\" is less than 1M");
        }
        return bytes;
    }

    private static long bytes(String text) {
        Matcher m = BYTES.matcher(text);
        if (!m.matches() || Long.parseLong(m.group(1)) == 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no number of bytes (like 64M or 20G)");
        }
        // At most 9 digits times 2^40: below 2^63 only up to 8388607T, which is checked.
        int shift = m.group(2).isEmpty() ? 0 : 10 * ("KMGT".indexOf(m.group(2)) + 1);
        long n = Long.parseLong(m.group(1));
        if (n > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("\"" + text + "\" is too much");
        }
        return n << shift;
    }

    private static Duration time(String text) {
        Matcher m = TIME.matcher(text);
        if (!m.matches() || Long.parseLong(m.group(1)) == 0) {
            throw new IllegalArgumentException("\"" + text + "\" is no time (like 12h, 30d or 8w)");
        }
        long n = Long.parseLong(m.group(1));
        Duration time =
                switch (m.group(2)) {
                    case "s" -> Duration.ofSeconds(n);
                    case "m" -> Duration.ofMinutes(n);
                    case "h" -> Duration.ofHours(n);
                    case "d" -> Duration.ofDays(n);
                    default -> Duration.ofDays(7 * n);
                };
        if (time.toDays() > 36_500) {
            throw new IllegalArgumentException("\"" + text + "\" is more than 100 years");
        }
        return time;
    }
}
