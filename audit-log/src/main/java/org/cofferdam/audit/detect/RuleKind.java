package org.cofferdam.audit.detect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What rules can look at, and the numbers that each kind takes. */
public enum RuleKind {
    /** So many records of some types, or packets of some verdicts, within a window. */
    RATE(
            "rate",
            Setting.number("count", 1, 1L << 40),
            Setting.number("distinct", 1, RateDetector.MOST_DISTINCT)),
    /** A station that approaches many and is answered by few. */
    SCAN(
            "scan",
            Setting.number("targets", 1, 1_000_000),
            Setting.number("hosts", 1, 1_000_000),
            Setting.number("odd", 1, 1_000_000)),
    /** A station that begins many connections with few targets, and does not get answers. */
    SYN_FLOOD(
            "syn-flood",
            Setting.number("unanswered", 1, 1L << 40),
            Setting.number("perTarget", 1, 1L << 40)),
    /** A station that approaches one target at regular intervals. */
    BEACON(
            "beacon",
            Setting.number("intervals", 3, BeaconDetector.MOST_INTERVALS),
            Setting.time("shortest"),
            Setting.time("longest"),
            Setting.number("jitterPercent", 1, 50)),
    /** A station that sends more than its profile says, or than it used to. */
    VOLUME(
            "volume",
            Setting.number("factor", 2, 1_000_000),
            Setting.number("floor", 1, 1L << 50),
            Setting.number("windows", 1, 1_000_000)),
    /** A log whose blocks, sequence numbers or checkpoints do not follow on each other. */
    CHAIN("chain", Setting.time("checkpointOverdue"));

    /**
     * One number of a rule.
     *
     * @param name its name in a rules file
     * @param isTime whether it is a time, kept in nanoseconds
     * @param least smallest value
     * @param most largest value
     */
    record Setting(String name, boolean isTime, long least, long most) {
        static Setting number(String name, long least, long most) {
            return new Setting(name, false, least, most);
        }

        static Setting time(String name) {
            return new Setting(name, true, 1_000_000, RulesReader.LONGEST_NANOS);
        }
    }

    private static final Map<String, RuleKind> BY_WORD = new HashMap<>();

    static {
        for (RuleKind kind : values()) {
            BY_WORD.put(kind.word, kind);
        }
    }

    private final String word;

    @SuppressWarnings("ImmutableEnumChecker") // List.of, of records
    private final List<Setting> settings;

    RuleKind(String word, Setting... settings) {
        this.word = word;
        this.settings = List.of(settings);
    }

    /** The word in a rules file. */
    public String word() {
        return word;
    }

    List<Setting> settings() {
        return settings;
    }

    @Nullable Setting setting(String name) {
        return settings.stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
    }

    /** The kind of a word. */
    public static Optional<RuleKind> of(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }
}
