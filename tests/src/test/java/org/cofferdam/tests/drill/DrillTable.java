package org.cofferdam.tests.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What was played, what should have been raised, and what was. */
final class DrillTable {
    /**
     * A scenario.
     *
     * @param name what was played
     * @param how what was chosen at random
     * @param expected rules of which one must be raised; empty for clean traffic
     * @param mayToo rules that may be raised besides, since it does that as well
     * @param raised rules that were
     */
    record Row(
            String name, String how, Set<String> expected, Set<String> mayToo, Set<String> raised) {
        boolean isMissed() {
            return !expected.isEmpty() && raised.stream().noneMatch(expected::contains);
        }

        Set<String> falseAlarms() {
            Set<String> rest = new TreeSet<>(raised);
            rest.removeAll(expected);
            rest.removeAll(mayToo);
            return rest;
        }
    }

    private final List<Row> rows = new ArrayList<>();

    void add(
            String name, String how, Set<String> expected, Set<String> mayToo, Set<String> raised) {
        rows.add(new Row(name, how, expected, mayToo, new TreeSet<>(raised)));
    }

    List<String> missed() {
        return rows.stream().filter(Row::isMissed).map(Row::name).toList();
    }

    List<String> falseAlarms() {
        return rows.stream()
                .filter(r -> !r.falseAlarms().isEmpty())
                .map(r -> r.name + ": " + r.falseAlarms())
                .toList();
    }

    int attacks() {
        return (int) rows.stream().filter(r -> !r.expected.isEmpty()).count();
    }

    @Override
    public String toString() {
        String line = "%-18s %-34s %-38s %-44s %-8s %s%n";
        StringBuilder text =
                new StringBuilder(
                        line.formatted("scenario", "how", "expected", "raised", "missed", "false"));
        for (Row r : rows) {
            text.append(
                    line.formatted(
                            r.name,
                            r.how,
                            r.expected.isEmpty() ? "nothing" : String.join(" or ", r.expected),
                            r.raised.isEmpty() ? "nothing" : String.join(", ", r.raised),
                            r.isMissed() ? "MISSED" : "-",
                            r.falseAlarms().isEmpty() ? "-" : "FALSE " + r.falseAlarms()));
        }
        return text.append(
                        "%d attacks, %d missed, %d rows with false alarms%n"
                                .formatted(attacks(), missed().size(), falseAlarms().size()))
                .toString();
    }
}
