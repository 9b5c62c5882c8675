package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.Crossing;

/** {@link RuleKind#SYN_FLOOD}: by the summaries of each second, many SYNs without an answer to few targets. */
final class FloodDetector extends Detector {
    private final KeyedStates<Integer, SlidingCount> states;

    FloodDetector(Rule rule) {
        super(rule);
        states =
                new KeyedStates<>(
                        KeyedStates.PORT,
                        KeyedStates.MOST_PORTS,
                        () -> new SlidingCount(rule.window()));
    }

    @Override
    Set<CrossingType> types() {
        return Set.of(CrossingType.FLOW_SUMMARY);
    }

    @Override
    void look(Seen seen, String guest, Incidents incidents) {
        Crossing c = seen.crossing();
        if (!rule.concerns(seen.port(), guest)) {
            return;
        }
        long targets = Math.max(1, believable(seen.field("tcp_targets", 0)));
        long missing =
                believable(seen.field("tcp_opened", 0)) - believable(seen.field("tcp_answered", 0));
        // A scan sends one or two to each of many; that is another rule's.
        if (missing / targets < rule.number("perTarget")) {
            return;
        }
        SlidingCount count = states.of(seen.port());
        long sum = count.add(c.lastTime(), missing);
        if (sum >= rule.number("unanswered")) {
            incidents.hit(
                    rule,
                    new Incidents.Subject(seen.port(), guest, ""),
                    count.began(c.time()),
                    c.lastTime(),
                    sum,
                    missing,
                    Tip.of(c),
                    rule.says());
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        states.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        states.load(in);
    }
}
