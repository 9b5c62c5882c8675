package org.cofferdam.audit.detect;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.Severity;

/**
 * One rule, as a rules file states it. DETECTORS.md explains each setting.
 *
 * @param name lower case with dashes
 * @param kind what it looks at
 * @param enabled whether it looks at all
 * @param severity of its alerts
 * @param says what an alert of it says, after whom it is about
 * @param window over which is counted, in nanoseconds
 * @param quiet an incident is over when nothing came for so long, in nanoseconds
 * @param types records that count, for {@link RuleKind#RATE}
 * @param verdicts packets that count, of those types; empty for the records themselves
 * @param weight name of a field that says how many a record stands for; empty for its count alone
 * @param distinctBy name of a field of which different values are counted; empty for none
 * @param unless records that do not count: those whose field of this name has one of these values
 * @param perPort whether each port counts for itself
 * @param guestsOnly whether ports 0 and 1, the card's side and the host's, are left alone
 * @param allow guests and ports that the rule leaves alone, by name or number
 * @param profiles bytes within a window that guests may send, by name or port number
 * @param numbers the kind's own settings; times in nanoseconds
 */
public record Rule(
        String name,
        RuleKind kind,
        boolean enabled,
        Severity severity,
        String says,
        long window,
        long quiet,
        Set<CrossingType> types,
        Set<PacketVerdict> verdicts,
        String weight,
        String distinctBy,
        Map<String, Set<Long>> unless,
        boolean perPort,
        boolean guestsOnly,
        Set<String> allow,
        Map<String, Long> profiles,
        Map<String, Long> numbers) {

    /** The first port that is a guest's. */
    private static final int FIRST_GUEST = 2;

    public Rule {
        types = Set.copyOf(types);
        verdicts = Set.copyOf(verdicts);
        unless = Map.copyOf(unless);
        allow = Set.copyOf(allow);
        profiles = Map.copyOf(profiles);
        numbers = Map.copyOf(numbers);
    }

    /** A number that the kind may have; {@link Long#MAX_VALUE} if the rule does not set it. */
    long number(String setting) {
        return numbers.getOrDefault(setting, Long.MAX_VALUE);
    }

    /** Whether the rule looks at a port, which may have a name. */
    boolean concerns(int port, String guest) {
        return (!guestsOnly || port >= FIRST_GUEST)
                && (allow.isEmpty()
                        || (!allow.contains(Integer.toString(port)) && !allow.contains(guest)));
    }

    /** What its memory depends on: the same on every machine for the same definition. */
    String fingerprint() {
        return String.join(
                "|",
                name,
                kind.word(),
                Long.toString(window),
                new TreeSet<>(types).toString(),
                new TreeSet<>(verdicts).toString(),
                weight,
                distinctBy,
                unless.entrySet().stream()
                        .map(e -> e.getKey() + new TreeSet<>(e.getValue()))
                        .sorted()
                        .toList()
                        .toString(),
                Boolean.toString(perPort),
                new TreeMap<>(numbers).toString());
    }
}
