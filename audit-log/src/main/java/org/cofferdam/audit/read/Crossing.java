package org.cofferdam.audit.read;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.cofferdam.audit.Boundary;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Field;
import org.jspecify.annotations.Nullable;

/** One record of the log as a value. Immutable. */
public final class Crossing {
    private final long run;
    private final int source;
    private final String sourceName;
    private final long sequence;
    private final int code;
    private final long count;
    private final long time;
    private final long lastTime;
    private final long[] fields;
    private final String text;
    private final @Nullable Burst burst;
    private final @Nullable String portName;

    Crossing(
            long run,
            int source,
            String sourceName,
            long sequence,
            int code,
            long count,
            long time,
            long lastTime,
            long[] fields,
            String text,
            @Nullable Burst burst,
            @Nullable String portName) {
        this.run = run;
        this.source = source;
        this.sourceName = sourceName;
        this.sequence = sequence;
        this.code = code;
        this.count = count;
        this.time = time;
        this.lastTime = lastTime;
        this.fields = fields;
        this.text = text;
        this.burst = burst;
        this.portName = portName;
    }

    /** The run of the writer; (run, source, sequence) names a record for good. */
    public long run() {
        return run;
    }

    /** The source's number in that run; 0 is the log itself. */
    public int source() {
        return source;
    }

    /** The source's name, or {@code source-7} if its SOURCE record was not seen. */
    public String sourceName() {
        return sourceName;
    }

    /** Counts the records of that source in that run, from 0. */
    public long sequence() {
        return sequence;
    }

    /** The type's code, 16 bits. */
    public int code() {
        return code;
    }

    /** The type, or empty if this version does not know the code. */
    public Optional<CrossingType> type() {
        return CrossingType.of(code);
    }

    /** The type's name, or {@code TYPE_0x1234}. */
    public String typeName() {
        return type().map(CrossingType::name).orElseGet(() -> String.format("TYPE_0x%04x", code));
    }

    /** The boundary, empty if the type is not known. */
    public Optional<Boundary> boundary() {
        return type().map(CrossingType::boundary);
    }

    /** How many crossings alike the record stands for. */
    public long count() {
        return count;
    }

    /** Time of the first of them, nanoseconds since 1970. */
    public long time() {
        return time;
    }

    /** Time of the last of them; the same if there is one. */
    public long lastTime() {
        return lastTime;
    }

    /** How many values the record has; a newer writer may give more than the type here names. */
    public int fieldCount() {
        return fields.length;
    }

    /** Value {@code i}. */
    public long field(int i) {
        return fields[i];
    }

    /** The value of the field that the type calls {@code name}; empty if it has none, or the record lacks it. */
    public OptionalLong field(String name) {
        List<Field> known = type().map(CrossingType::fields).orElse(List.of());
        for (int i = 0; i < known.size() && i < fields.length; i++) {
            if (known.get(i).name().equals(name)) {
                return OptionalLong.of(fields[i]);
            }
        }
        return OptionalLong.empty();
    }

    /** The text, empty if there is none. It may hold anything; {@link CrossingFormat} makes it safe to show. */
    public String text() {
        return text;
    }

    /** The packets of a burst. */
    public Optional<Burst> burst() {
        return Optional.ofNullable(burst);
    }

    /** The switch port that it speaks of: a burst's, or that of a field of this kind. */
    public OptionalLong port() {
        if (burst != null) {
            return OptionalLong.of(burst.port());
        }
        int at = CrossingType.portField(code);
        return at >= 0 && at < fields.length ? OptionalLong.of(fields[at]) : OptionalLong.empty();
    }

    /**
     * The name of that port, as the last PORT_ATTACH of the run before it said: a guest's name, or what else the port
     * is. Empty if no such record was read.
     */
    public Optional<String> portName() {
        return Optional.ofNullable(portName);
    }
}
