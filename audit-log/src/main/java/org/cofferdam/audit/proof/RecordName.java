package org.cofferdam.audit.proof;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What names a record in a log for good.
 *
 * @param run the writer's run, from 1
 * @param source the source's name, or its number as text
 * @param sequence the record's number among those of this source and run, from 0
 */
public record RecordName(long run, String source, long sequence) {
    private static final Pattern TEXT =
            Pattern.compile("([0-9]{1,18})/([!-.0-~]{1,64})/([0-9]{1,18})");

    /** The name that {@code 3/guests/17} gives, or empty if the text is something else. */
    public static Optional<RecordName> parse(String text) {
        Matcher m = TEXT.matcher(text);
        return m.matches()
                ? Optional.of(
                        new RecordName(
                                Long.parseLong(m.group(1)), m.group(2), Long.parseLong(m.group(3))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return run + "/" + source + "/" + sequence;
    }
}
