package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.Crossing;

/**
 * {@link RuleKind#SCAN}: by the summaries of each second, targets that did not answer, hosts that did not, and TCP
 * segments of no connection. Who is answered may approach as many as it likes.
 */
final class ScanDetector extends Detector {
    private final KeyedStates<Integer, State> states;

    ScanDetector(Rule rule) {
        super(rule);
        states =
                new KeyedStates<>(
                        KeyedStates.PORT, KeyedStates.MOST_PORTS, () -> new State(rule.window()));
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
        long opened = believable(seen.field("tcp_opened", 0));
        long answered = believable(seen.field("tcp_answered", 0));
        long odd = believable(seen.field("tcp_odd", 0));
        long sent = believable(seen.field("udp_sent", 0));
        long received = believable(seen.field("udp_received", 0));
        long tcp =
                Math.min(
                        believable(seen.field("tcp_targets", 0)),
                        Math.max(0, opened - answered) + odd);
        long udp = Math.min(believable(seen.field("udp_targets", 0)), Math.max(0, sent - received));
        long silent = Math.max(0, believable(seen.field("hosts", 0)) - answered - received);
        State state = states.of(seen.port());
        long time = c.lastTime();
        long targets = state.targets.add(time, tcp + udp);
        long hosts = state.hosts.add(time, silent);
        long stray = state.odd.add(time, odd);
        if (tcp + udp + silent + odd > 0
                && (targets >= rule.number("targets")
                        || hosts >= rule.number("hosts")
                        || stray >= rule.number("odd"))) {
            incidents.hit(
                    rule,
                    new Incidents.Subject(seen.port(), guest, ""),
                    Math.min(state.targets.began(c.time()), state.hosts.began(c.time())),
                    time,
                    Math.max(targets, hosts),
                    Math.max(tcp + udp, silent),
                    Tip.of(c),
                    rule.says()
                            + " (about "
                            + targets
                            + " services and "
                            + hosts
                            + " hosts without an answer, "
                            + stray
                            + " stray segments)");
        }
    }

    private static final class State implements SavedState {
        private final SlidingCount targets;
        private final SlidingCount hosts;
        private final SlidingCount odd;

        State(long window) {
            targets = new SlidingCount(window);
            hosts = new SlidingCount(window);
            odd = new SlidingCount(window);
        }

        @Override
        public void save(DataOutput out) throws IOException {
            targets.save(out);
            hosts.save(out);
            odd.save(out);
        }

        @Override
        public void load(DataInput in) throws IOException {
            targets.load(in);
            hosts.load(in);
            odd.load(in);
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
