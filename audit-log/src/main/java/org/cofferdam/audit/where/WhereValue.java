package org.cofferdam.audit.where;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.audit.Field;
import org.cofferdam.audit.read.AuditFilter;

/** Reads values as people write them into the 64 bits of a field. */
final class WhereValue {
    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,20})([kKMG]?)");
    private static final Pattern HEX = Pattern.compile("0[xX]([0-9a-fA-F]{1,16})");
    private static final Pattern SIGNED = Pattern.compile("-?[0-9]{1,19}");
    private static final Pattern MAC = Pattern.compile("([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}");
    private static final Pattern SPAN =
            Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ns|us|ms|s|m|h)");

    private WhereValue() {}

    /** An unsigned number: decimal, in thousands (k), millions (M) or billions (G), or hexadecimal. */
    static OptionalLong number(String text) {
        Matcher hex = HEX.matcher(text);
        if (hex.matches()) {
            return OptionalLong.of(Long.parseUnsignedLong(hex.group(1), 16));
        }
        Matcher number = NUMBER.matcher(text);
        if (!number.matches()) {
            return OptionalLong.empty();
        }
        long factor =
                switch (number.group(2)) {
                    case "k", "K" -> 1_000L;
                    case "M" -> 1_000_000L;
                    case "G" -> 1_000_000_000L;
                    default -> 1L;
                };
        return unsigned(new BigDecimal(number.group(1)).multiply(BigDecimal.valueOf(factor)));
    }

    private static OptionalLong unsigned(BigDecimal value) {
        try {
            return OptionalLong.of(Long.parseUnsignedLong(value.toBigInteger().toString()));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }

    /** A value of a field of this kind. */
    static OptionalLong of(Field.Kind kind, String text) {
        return switch (kind) {
            case DEC, HEX, PORT, ETHERTYPE -> number(text);
            case SIGNED -> signed(text);
            case MAC -> mac(text);
            case DURATION_NS -> span(text);
            case VERDICT ->
                    AuditFilter.verdict(text)
                            .map(v -> OptionalLong.of(v.code()))
                            .orElseGet(() -> number(text));
            case BOOL ->
                    switch (text.toLowerCase(Locale.ROOT)) {
                        case "yes", "true", "1" -> OptionalLong.of(1);
                        case "no", "false", "0" -> OptionalLong.of(0);
                        default -> OptionalLong.empty();
                    };
        };
    }

    private static OptionalLong signed(String text) {
        try {
            return SIGNED.matcher(text).matches()
                    ? OptionalLong.of(Long.parseLong(text))
                    : OptionalLong.empty();
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong mac(String text) {
        return MAC.matcher(text).matches()
                ? OptionalLong.of(Long.parseLong(text.replaceAll("[:-]", ""), 16))
                : OptionalLong.empty();
    }

    private static OptionalLong span(String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            return number(text);
        }
        long factor =
                switch (span.group(2)) {
                    case "us" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default -> 1L;
                };
        return unsigned(new BigDecimal(span.group(1)).multiply(BigDecimal.valueOf(factor)));
    }

    /** What kinds of values these are, for a complaint. */
    static String names(Collection<Field.Kind> kinds) {
        TreeSet<String> names = new TreeSet<>();
        for (Field.Kind kind : kinds) {
            names.add(
                    switch (kind) {
                        case DEC, HEX, PORT, ETHERTYPE -> "a number";
                        case SIGNED -> "a number with a sign";
                        case MAC -> "a MAC address";
                        case DURATION_NS -> "a time span like 20ms";
                        case VERDICT -> "a verdict";
                        case BOOL -> "yes or no";
                    });
        }
        return String.join(" or ", names);
    }
}
