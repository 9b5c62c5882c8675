package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.Crossing;

/**
 * {@link RuleKind#BEACON}: one target approached again and again, each time about as long after the time before. What
 * goes on without a pause is one time.
 */
final class BeaconDetector extends Detector {
    /** Most intervals that a rule may ask for. */
    static final int MOST_INTERVALS = 32;

    /** Targets of one port whose times are kept. */
    static final int MOST_TARGETS = 64;

    private record Target(int protocol, int port, long high, long low) {}

    private static final KeyedStates.KeyForm<Target> TARGET =
            new KeyedStates.KeyForm<>() {
                @Override
                public void write(Target key, DataOutput out) throws IOException {
                    out.writeInt(key.protocol);
                    out.writeInt(key.port);
                    out.writeLong(key.high);
                    out.writeLong(key.low);
                }

                @Override
                public Target read(DataInput in) throws IOException {
                    return new Target(in.readInt(), in.readInt(), in.readLong(), in.readLong());
                }
            };

    /** By port first, so that no guest makes the times of another's targets forgotten. */
    private final KeyedStates<Integer, KeyedStates<Target, Times>> states;

    private final int intervals;
    private final long shortest;
    private final long longest;
    private final long jitter;

    BeaconDetector(Rule rule) {
        super(rule);
        intervals = (int) rule.number("intervals");
        shortest = rule.number("shortest");
        longest = rule.number("longest");
        jitter = rule.number("jitterPercent");
        states =
                new KeyedStates<>(
                        KeyedStates.PORT,
                        KeyedStates.MOST_PORTS,
                        () -> new KeyedStates<>(TARGET, MOST_TARGETS, Times::new));
    }

    @Override
    Set<CrossingType> types() {
        return Set.of(CrossingType.FLOW_TARGET);
    }

    @Override
    void look(Seen seen, String guest, Incidents incidents) {
        if (!rule.concerns(seen.port(), guest)) {
            return;
        }
        Crossing c = seen.crossing();
        Target target =
                new Target(
                        (int) seen.field("protocol", 0) & 0xff,
                        (int) seen.field("target_port", 0) & 0xffff,
                        seen.field("address_high", 0),
                        seen.field("address_low", 0));
        String name = name(target);
        if (rule.allow().contains(name)) {
            return;
        }
        Times times = states.of(seen.port()).of(target);
        boolean again = times.began(c.time());
        if (c.count() == 2 && c.lastTime() - c.time() >= shortest) {
            // A summary that came late spans two times.
            again |= times.began(c.lastTime());
        } else {
            times.goesOn(c.lastTime());
        }
        if (!again) {
            return;
        }
        long median = times.regular();
        if (median > 0) {
            incidents.hit(
                    rule,
                    new Incidents.Subject(seen.port(), guest, name),
                    times.firstOfAll(),
                    c.lastTime(),
                    times.known,
                    1,
                    Tip.of(c),
                    rule.says()
                            + " "
                            + name
                            + ", every "
                            + String.format(Locale.ROOT, "%.1f s", median / 1e9));
        }
    }

    /** A target as people write it: {@code tcp/10.7.0.9:443}. */
    private static String name(Target t) {
        String protocol = t.protocol == 6 ? "tcp" : t.protocol == 17 ? "udp" : "ip" + t.protocol;
        StringBuilder text = new StringBuilder(protocol).append('/');
        if (t.high == 0 && t.low >>> 32 == 0xffff) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                text.append(t.low >>> shift & 0xff).append(shift == 0 ? ':' : '.');
            }
        } else {
            text.append('[');
            for (int i = 0; i < 8; i++) {
                long half = i < 4 ? t.high : t.low;
                text.append(i == 0 ? "" : ":")
                        .append(Long.toHexString(half >>> (48 - 16 * (i & 3)) & 0xffff));
            }
            text.append("]:");
        }
        return text.append(t.port).toString();
    }

    /** When a target was approached: the last intervals from beginning to beginning. */
    private final class Times implements SavedState {
        private final long[] last = new long[MOST_INTERVALS];
        private int known;
        private long began = Long.MIN_VALUE;
        private long latest;

        /** Notes a packet; whether it begins another interval that may be one of a beacon's. */
        boolean began(long time) {
            boolean isFirst = began == Long.MIN_VALUE || time < began;
            if (!isFirst && time - latest < shortest / 2) {
                latest = Math.max(latest, time);
                return false;
            }
            long interval = isFirst ? 0 : time - began;
            began = time;
            latest = time;
            if (interval < shortest || interval > longest) {
                known = 0;
                return false;
            }
            last[known++ % intervals] = interval;
            // Far from overflow, and the place in the ring stays the same.
            known = known == 1 << 20 ? known - (1 << 19) / intervals * intervals : known;
            return true;
        }

        /** The same time still. */
        void goesOn(long time) {
            latest = Math.max(latest, time);
        }

        /** The interval if there are enough and they are alike, else 0. One in eight may be off. */
        long regular() {
            if (known < intervals) {
                return 0;
            }
            long[] sorted = Arrays.copyOf(last, intervals);
            Arrays.sort(sorted);
            long median = sorted[intervals / 2];
            // At most a month in nanoseconds, below 2^52: times 50 does not overflow.
            long apart = median * jitter / 100;
            int off = 0;
            for (long interval : sorted) {
                off += Math.abs(interval - median) > apart ? 1 : 0;
            }
            return off <= intervals / 8 ? median : 0;
        }

        long firstOfAll() {
            long sum = 0;
            for (int i = 0; i < intervals; i++) {
                sum += last[i];
            }
            return began - sum;
        }

        @Override
        public void save(DataOutput out) throws IOException {
            out.writeLong(began);
            out.writeLong(latest);
            out.writeInt(known);
            for (int i = 0; i < intervals; i++) {
                out.writeLong(last[i]);
            }
        }

        @Override
        public void load(DataInput in) throws IOException {
            began = in.readLong();
            latest = in.readLong();
            known = Math.clamp(in.readInt(), 0, 1 << 20);
            for (int i = 0; i < intervals; i++) {
                last[i] = Math.clamp(in.readLong(), 0, longest);
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
