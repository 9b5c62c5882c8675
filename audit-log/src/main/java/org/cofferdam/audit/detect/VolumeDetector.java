package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;

/**
 * {@link RuleKind#VOLUME}: bytes that a station sends in windows which lie side by side. The limit is its profile; of
 * who has none, what it sent in windows before, on average, times a factor, once there were enough of those.
 */
final class VolumeDetector extends Detector {
    /** How much of the average the newest window is. */
    private static final double SHARE = 0.1;

    private static final int PASSED = PacketVerdict.FLOODED.code();

    private final KeyedStates<Integer, State> states;

    VolumeDetector(Rule rule) {
        super(rule);
        states = new KeyedStates<>(KeyedStates.PORT, KeyedStates.MOST_PORTS, State::new);
    }

    @Override
    Set<CrossingType> types() {
        return Set.of(CrossingType.BURST_IN, CrossingType.TAP_IN);
    }

    @Override
    void look(Seen seen, String guest, Incidents incidents) {
        Burst burst = seen.burst();
        if (burst == null || !rule.concerns(seen.port(), guest)) {
            return;
        }
        Crossing c = seen.crossing();
        long bytes = 0;
        for (int i = 0; i < burst.packets(); i++) {
            bytes += burst.verdict(i) <= PASSED ? burst.length(i) : 0;
        }
        State state = states.of(seen.port());
        state.advance(Math.floorDiv(c.time(), rule.window()));
        state.bytes += bytes;
        long limit = limit(seen.port(), guest, state);
        if (bytes > 0 && state.bytes > limit) {
            incidents.hit(
                    rule,
                    new Incidents.Subject(seen.port(), guest, ""),
                    c.time(),
                    c.lastTime(),
                    state.bytes,
                    bytes,
                    Tip.of(c),
                    rule.says()
                            + " (more than "
                            + limit
                            + " bytes in "
                            + rule.window() / 1_000_000_000L
                            + " s)");
        }
    }

    private long limit(int port, String guest, State state) {
        Long profile = rule.profiles().get(guest);
        if (profile == null) {
            profile = rule.profiles().get(Integer.toString(port));
        }
        if (profile != null) {
            return profile;
        }
        long windows = rule.number("windows");
        if (windows == Long.MAX_VALUE || state.windows < windows) {
            return Long.MAX_VALUE;
        }
        // A double that is too large becomes the largest long.
        return Math.max(rule.number("floor"), (long) (state.average * rule.number("factor")));
    }

    private static final class State implements SavedState {
        private long window = Long.MIN_VALUE;
        private long bytes;
        private long windows;
        private double average;

        void advance(long to) {
            if (window == Long.MIN_VALUE || to < window) {
                window = to;
                bytes = 0;
                return;
            }
            if (to == window) {
                return;
            }
            average += SHARE * (bytes - average);
            windows = Math.min(windows + 1, 1 << 20);
            // Windows in which nothing was sent count, too; after a hundred nothing is left to
            // learn.
            long idle = Math.min(to - window - 1, 100);
            average *= Math.pow(1 - SHARE, (double) idle);
            windows = Math.min(windows + idle, 1 << 20);
            window = to;
            bytes = 0;
        }

        @Override
        public void save(DataOutput out) throws IOException {
            out.writeLong(window);
            out.writeLong(bytes);
            out.writeLong(windows);
            out.writeDouble(average);
        }

        @Override
        public void load(DataInput in) throws IOException {
            window = in.readLong();
            bytes = Math.max(0, in.readLong());
            windows = Math.clamp(in.readLong(), 0, 1 << 20);
            average = Math.max(0, in.readDouble());
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
