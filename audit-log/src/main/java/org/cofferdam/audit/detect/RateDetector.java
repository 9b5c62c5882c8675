package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.Crossing;

/** {@link RuleKind#RATE}: so many within a window, or so many different. */
final class RateDetector extends Detector {
    /** Most different values that a rule may ask for. */
    static final int MOST_DISTINCT = 32;

    private final KeyedStates<Integer, State> states;
    private final long count;
    private final long distinct;

    RateDetector(Rule rule) {
        super(rule);
        count = rule.number("count");
        distinct = rule.number("distinct");
        states =
                new KeyedStates<>(
                        KeyedStates.PORT, KeyedStates.MOST_PORTS, () -> new State(rule.window()));
    }

    @Override
    Set<CrossingType> types() {
        return rule.types();
    }

    @Override
    void look(Seen seen, String guest, Incidents incidents) {
        Crossing c = seen.crossing();
        long amount = amount(seen);
        int port = rule.perPort() ? seen.port() : Seen.NO_PORT;
        if (amount == 0 || !rule.concerns(seen.port(), guest)) {
            return;
        }
        State state = states.of(port);
        long sum = state.sum.add(c.lastTime(), amount);
        boolean many = sum >= count;
        if (!rule.distinctBy().isEmpty()) {
            int different = state.different(c.lastTime(), seen.field(rule.distinctBy(), 0));
            many |= different >= distinct;
        }
        if (many) {
            incidents.hit(
                    rule,
                    new Incidents.Subject(port, guest, ""),
                    state.sum.began(c.time()),
                    c.lastTime(),
                    sum,
                    amount,
                    Tip.of(c),
                    rule.says());
        }
    }

    private long amount(Seen seen) {
        if (!rule.verdicts().isEmpty()) {
            long packets = 0;
            if (seen.burst() != null) {
                for (PacketVerdict verdict : rule.verdicts()) {
                    packets += seen.packets(verdict);
                }
            }
            return packets;
        }
        for (Map.Entry<String, Set<Long>> e : rule.unless().entrySet()) {
            if (e.getValue().contains(seen.field(e.getKey(), -1))) {
                return 0;
            }
        }
        long each = rule.weight().isEmpty() ? 1 : believable(seen.field(rule.weight(), 1));
        return believable(seen.crossing().count()) * Math.max(1, Math.min(each, 1 << 20));
    }

    /** A port's sum, and the different values last seen with their times. */
    private static final class State implements SavedState {
        private final long window;
        private final SlidingCount sum;
        private final long[] values = new long[MOST_DISTINCT];
        private final long[] times = new long[MOST_DISTINCT];
        private int used;

        State(long window) {
            this.window = window;
            sum = new SlidingCount(window);
        }

        /** How many different values the window has, this one included. */
        int different(long time, long value) {
            int oldest = 0;
            int at = -1;
            for (int i = 0; i < used; i++) {
                if (values[i] == value) {
                    at = i;
                }
                if (times[i] < times[oldest]) {
                    oldest = i;
                }
            }
            if (at < 0) {
                at = used < MOST_DISTINCT ? used++ : oldest;
            }
            values[at] = value;
            times[at] = time;
            int different = 0;
            for (int i = 0; i < used; i++) {
                // Wraps around for times that are centuries apart, and then it is old.
                different += time - times[i] >= 0 && time - times[i] < window ? 1 : 0;
            }
            return different;
        }

        @Override
        public void save(DataOutput out) throws IOException {
            sum.save(out);
            out.writeInt(used);
            for (int i = 0; i < used; i++) {
                out.writeLong(values[i]);
                out.writeLong(times[i]);
            }
        }

        @Override
        public void load(DataInput in) throws IOException {
            sum.load(in);
            used = 0;
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                long value = in.readLong();
                long time = in.readLong();
                if (used < MOST_DISTINCT) {
                    values[used] = value;
                    times[used++] = time;
                }
            }
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
