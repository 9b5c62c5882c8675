package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.LogOrigin;
import org.cofferdam.audit.read.RecordParser;

/** All rules at work on one log, and what they remember of it. One thread. */
final class LogDetection {
    private static final int MOST_NAME = 64;

    private final Incidents incidents;
    private final RecordParser parser = new RecordParser();
    private final Seen seen = new Seen();
    private final KeyedStates<Integer, Name> names =
            new KeyedStates<>(KeyedStates.PORT, KeyedStates.MOST_PORTS, Name::new);
    private List<Detector> detectors = List.of();
    private final Map<CrossingType, List<Detector>> byType = new EnumMap<>(CrossingType.class);
    private long latest;

    LogDetection(LogOrigin origin, Rules rules, Consumer<Alert> alerts) {
        incidents = new Incidents(origin, alerts);
        follow(rules);
    }

    /** From here on by these rules; what counts as it did goes on with what it has counted. */
    void follow(Rules rules) {
        List<Detector> next = new ArrayList<>();
        for (Rule rule : rules.all()) {
            if (rule.enabled()) {
                next.add(successor(rule));
            }
        }
        detectors = next;
        byType.clear();
        for (Detector detector : next) {
            for (CrossingType type : detector.types()) {
                byType.computeIfAbsent(type, t -> new ArrayList<>()).add(detector);
            }
        }
    }

    private Detector successor(Rule rule) {
        Detector next = Detector.of(rule);
        for (Detector before : detectors) {
            if (before.rule.fingerprint().equals(rule.fingerprint())) {
                SavedStates.copy(before, next);
            }
        }
        return next;
    }

    void block(LogOrigin origin, BlockHeader header, MemorySegment payload) {
        incidents.from(origin);
        latest = Math.max(latest, header.latest());
        chain(chain -> chain.block(header, incidents));
        Optional<String> wrong = parser.parse(header, payload, (crossing, at) -> look(crossing));
        wrong.ifPresent(
                what ->
                        chain(
                                chain ->
                                        chain.damage(
                                                Tip.of(header),
                                                header.latest(),
                                                "block " + header.number() + ": " + what,
                                                incidents)));
    }

    void damage(String sentence) {
        chain(chain -> chain.damage(new Tip(0, 0, 0), latest, sentence, incidents));
    }

    void passedOver() {
        chain(ChainDetector::passedOver);
    }

    private void chain(Consumer<ChainDetector> action) {
        for (Detector detector : detectors) {
            if (detector instanceof ChainDetector chain) {
                action.accept(chain);
            }
        }
    }

    private void look(Crossing crossing) {
        if (!seen.take(crossing)) {
            return;
        }
        CrossingType type = seen.type();
        if (type == CrossingType.PORT_ATTACH && seen.port() != Seen.NO_PORT) {
            names.of(seen.port()).text = shortened(crossing.text());
        }
        List<Detector> interested = byType.get(type);
        if (interested == null) {
            return;
        }
        String guest = seen.port() == Seen.NO_PORT ? "" : names.of(seen.port()).text;
        for (Detector detector : interested) {
            detector.look(seen, guest, incidents);
        }
    }

    private static String shortened(String name) {
        return name.length() > MOST_NAME ? name.substring(0, MOST_NAME) : name;
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(latest);
        names.save(out);
        incidents.save(out);
        out.writeInt(detectors.size());
        for (Detector detector : detectors) {
            byte[] state = SavedStates.bytes(detector);
            out.writeUTF(detector.rule.name());
            out.writeUTF(detector.rule.fingerprint());
            out.writeInt(state.length);
            out.write(state);
        }
    }

    /** Goes on where another machine stopped; rules that differ from that one's begin anew. */
    void load(DataInput in) throws IOException {
        latest = in.readLong();
        names.load(in);
        incidents.load(in);
        Map<String, Detector> byName = new HashMap<>();
        detectors.forEach(d -> byName.put(d.rule.name(), d));
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            Detector detector = byName.get(in.readUTF());
            String rule = in.readUTF();
            int length = in.readInt();
            if (length < 0 || length > SavedStates.MOST_BYTES) {
                throw new IOException("a state of " + length + " bytes");
            }
            byte[] state = new byte[length];
            in.readFully(state);
            if (detector != null && detector.rule.fingerprint().equals(rule)) {
                SavedStates.restore(state, detector);
            }
        }
    }

    private static final class Name implements SavedState {
        private String text = "";

        @Override
        public void save(DataOutput out) throws IOException {
            out.writeUTF(text);
        }

        @Override
        public void load(DataInput in) throws IOException {
            text = shortened(in.readUTF());
        }
    }
}
