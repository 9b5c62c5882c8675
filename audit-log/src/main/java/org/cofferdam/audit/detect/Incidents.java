package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.read.LogOrigin;

/**
 * One alert for an incident: the first time that a rule holds, and again only when it was quiet in between or has grown
 * tenfold. One thread.
 */
final class Incidents implements SavedState {
    /** Incidents of one log that are remembered; a target of a beacon is one of its own. */
    static final int MOST = 1024;

    private static final int GROWN = 10;
    private static final int MOST_TEXT = 400;

    /**
     * Whom an alert is about.
     *
     * @param port or {@link Seen#NO_PORT}
     * @param guest its name, empty if it is not known
     * @param more what tells incidents of one port apart, mostly empty
     */
    record Subject(int port, String guest, String more) {}

    private record Key(String rule, int port, String more) {}

    private static final KeyedStates.KeyForm<Key> KEY =
            new KeyedStates.KeyForm<>() {
                @Override
                public void write(Key key, DataOutput out) throws IOException {
                    out.writeUTF(key.rule);
                    out.writeInt(key.port);
                    out.writeUTF(key.more);
                }

                @Override
                public Key read(DataInput in) throws IOException {
                    return new Key(in.readUTF(), in.readInt(), in.readUTF());
                }
            };

    private final KeyedStates<Key, Incident> incidents =
            new KeyedStates<>(KEY, MOST, Incident::new);
    private final Consumer<Alert> alerts;
    private LogOrigin origin;

    Incidents(LogOrigin origin, Consumer<Alert> alerts) {
        this.origin = origin;
        this.alerts = alerts;
    }

    /** Where the blocks are from now. */
    void from(LogOrigin now) {
        origin = now;
    }

    /**
     * A rule holds.
     *
     * @param first time of the first event that counted now
     * @param last time of the last
     * @param soFar events of the window so far: those of an incident that begins
     * @param more events that were added now: what an incident that goes on grows by
     */
    void hit(
            Rule rule,
            Subject subject,
            long first,
            long last,
            long soFar,
            long more,
            Tip tip,
            String sentence) {
        Incident incident = incidents.of(new Key(rule.name(), subject.port, subject.more));
        boolean goesOn =
                incident.alerted > 0
                        && last - incident.last <= rule.quiet()
                        && incident.last - last <= rule.quiet();
        if (goesOn) {
            incident.events = saturated(incident.events, more);
            incident.last = Math.max(incident.last, last);
            if (incident.events / GROWN < incident.alerted) {
                return;
            }
        } else {
            incident.first = first;
            incident.last = last;
            incident.events = Math.max(1, soFar);
        }
        incident.alerted = incident.events;
        alerts.accept(
                new Alert(
                        id(rule, subject, tip),
                        rule.name(),
                        rule.severity(),
                        origin,
                        subject.port == Seen.NO_PORT
                                ? OptionalInt.empty()
                                : OptionalInt.of(subject.port),
                        subject.guest,
                        incident.first,
                        incident.last,
                        incident.events,
                        goesOn,
                        tip,
                        sentence.length() > MOST_TEXT
                                ? sentence.substring(0, MOST_TEXT)
                                : sentence));
    }

    private static long saturated(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** The same for the same log, rule, subject and record, on whatever machine. */
    private String id(Rule rule, Subject subject, Tip tip) {
        byte[] text =
                (rule.name() + ' ' + subject.port + ' ' + subject.more)
                        .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(36 + text.length);
        bytes.putLong(origin.logIdHigh()).putLong(origin.logIdLow());
        bytes.putLong(tip.run()).putInt(tip.source()).putLong(tip.sequence()).put(text);
        byte[] digest = BlockHash.sha256().digest(bytes.array());
        return HexFormat.of().formatHex(Arrays.copyOf(digest, 8));
    }

    private static final class Incident implements SavedState {
        private long first;
        private long last;
        private long events;

        /** Events when it was alerted last; 0 before the first time. */
        private long alerted;

        @Override
        public void save(DataOutput out) throws IOException {
            out.writeLong(first);
            out.writeLong(last);
            out.writeLong(events);
            out.writeLong(alerted);
        }

        @Override
        public void load(DataInput in) throws IOException {
            first = in.readLong();
            last = in.readLong();
            events = Math.max(0, in.readLong());
            alerted = Math.max(0, in.readLong());
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        incidents.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        incidents.load(in);
    }
}
