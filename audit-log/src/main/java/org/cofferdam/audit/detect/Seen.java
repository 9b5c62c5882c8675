package org.cofferdam.audit.detect;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Field;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;
import org.jspecify.annotations.Nullable;

/** The record that the detectors look at now, and what several of them want to know of it. One thread; reused. */
final class Seen {
    /** The port of a record that speaks of none. */
    static final int NO_PORT = -1;

    private static final Map<CrossingType, Integer> PORT_FIELDS = new HashMap<>();

    static {
        for (CrossingType type : CrossingType.values()) {
            PORT_FIELDS.put(type, fieldOf(type, f -> f.kind() == Field.Kind.PORT));
        }
    }

    private final int[] verdicts = new int[PacketVerdict.values().length];
    private @Nullable Crossing crossing;
    private @Nullable CrossingType type;
    private @Nullable Burst burst;
    private int port;

    /** The next record. False if its type is not known, so that no rule looks at it. */
    boolean take(Crossing next) {
        crossing = next;
        Optional<CrossingType> known = next.type();
        type = known.orElse(null);
        burst = next.burst().orElse(null);
        if (known.isEmpty()) {
            return false;
        }
        Burst packets = burst;
        if (packets != null) {
            port = packets.port();
            Arrays.fill(verdicts, 0);
            for (int i = 0; i < packets.packets(); i++) {
                int code = packets.verdict(i);
                if (code < verdicts.length) {
                    verdicts[code]++;
                }
            }
        } else {
            int at = PORT_FIELDS.getOrDefault(known.get(), -1);
            // The switch numbers 64 ports, the format 65536; what claims more speaks of none.
            port =
                    at >= 0 && at < next.fieldCount() && next.field(at) >>> 16 == 0
                            ? (int) next.field(at)
                            : NO_PORT;
        }
        return true;
    }

    private static int fieldOf(CrossingType type, java.util.function.Predicate<Field> wanted) {
        List<Field> fields = type.fields();
        for (int i = 0; i < fields.size(); i++) {
            if (wanted.test(fields.get(i))) {
                return i;
            }
        }
        return -1;
    }

    Crossing crossing() {
        return java.util.Objects.requireNonNull(crossing);
    }

    @Nullable CrossingType type() {
        return type;
    }

    /** The packets, if it is a burst. */
    @Nullable Burst burst() {
        return burst;
    }

    /** The port that it speaks of, or {@link #NO_PORT}. */
    int port() {
        return port;
    }

    /** Packets of a burst with this verdict. */
    int packets(PacketVerdict verdict) {
        return verdicts[verdict.code()];
    }

    /** A field's value by its name, or {@code otherwise} if the record has none. */
    long field(String name, long otherwise) {
        CrossingType known = type;
        Crossing c = crossing();
        int at = known == null ? -1 : fieldOf(known, f -> f.name().equals(name));
        return at >= 0 && at < c.fieldCount() ? c.field(at) : otherwise;
    }
}
