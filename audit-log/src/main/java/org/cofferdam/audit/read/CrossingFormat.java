package org.cofferdam.audit.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.Field;
import org.cofferdam.audit.PacketVerdict;

/**
 * The two forms in which a crossing is shown, each one line, both driven by the table in {@link
 * CrossingType}. Text and names from the log are made harmless for a terminal.
 */
public final class CrossingFormat {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'")
                    .withZone(ZoneOffset.UTC);
    private static final long SECOND = 1_000_000_000L;

    private CrossingFormat() {}

    /**
     * One line for people, for example {@code 2026-11-22T19:55:14.123456789Z domain#42 DOORBELL offset=0x4
     * value=0x1 x17 in 3.2ms}.
     */
    public static String compact(Crossing c) {
        StringBuilder line = new StringBuilder(160);
        line.append(time(c.time()))
                .append(' ')
                .append(harmless(c.sourceName()))
                .append('#')
                .append(Long.toUnsignedString(c.sequence()))
                .append(' ')
                .append(c.typeName());
        List<Field> known = c.type().map(CrossingType::fields).orElse(List.of());
        for (int i = 0; i < c.fieldCount(); i++) {
            line.append(' ').append(field(known, i, c.field(i)));
        }
        c.burst().ifPresent(b -> burst(line, b));
        if (c.count() != 1) {
            line.append(" x").append(c.count());
        }
        if (c.lastTime() != c.time()) {
            line.append(" in ").append(duration(c.lastTime() - c.time()));
        }
        if (!c.text().isEmpty()) {
            line.append(" \"").append(harmless(c.text())).append('"');
        }
        return line.toString();
    }

    /** A value as {@code name=value}; {@code f3=0x…} where the type does not name it. */
    static String field(List<Field> known, int i, long value) {
        return i < known.size()
                ? known.get(i).name() + '=' + value(known.get(i).kind(), value)
                : "f" + i + '=' + hex(value);
    }

    private static void burst(StringBuilder line, Burst b) {
        line.append(" port=").append(b.port()).append(" queue=").append(b.queue());
        line.append(" packets=").append(b.packets());
        line.append(" bytes=").append(Long.toUnsignedString(b.bytes()));
        for (Map.Entry<Integer, Integer> e : b.byVerdict().entrySet()) {
            line.append(' ').append(PacketVerdict.name(e.getKey())).append('=');
            line.append(e.getValue());
        }
    }

    /**
     * One JSON object on one line, without the line's end: {@code time, time_ns, run, source, source_id,
     * sequence, type, code, boundary, count, last_time_ns, port_name, fields, text, burst}; what does not apply is
     * left out.
     */
    public static String json(Crossing c) {
        StringWriter out = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            write(c, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void write(Crossing c, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("time", time(c.time()));
        json.writeNumberField("time_ns", c.time());
        json.writeNumberField("run", c.run());
        json.writeStringField("source", harmless(c.sourceName()));
        json.writeNumberField("source_id", c.source());
        json.writeNumberField("sequence", c.sequence());
        json.writeStringField("type", c.typeName());
        json.writeNumberField("code", c.code());
        if (c.boundary().isPresent()) {
            json.writeStringField("boundary", c.boundary().get().name());
        }
        json.writeNumberField("count", c.count());
        if (c.lastTime() != c.time()) {
            json.writeNumberField("last_time_ns", c.lastTime());
        }
        if (c.portName().isPresent()) {
            json.writeStringField("port_name", harmless(c.portName().get()));
        }
        if (c.fieldCount() > 0) {
            writeFields(c, json);
        }
        if (!c.text().isEmpty()) {
            json.writeStringField("text", harmless(c.text()));
        }
        Optional<Burst> burst = c.burst();
        if (burst.isPresent()) {
            writeBurst(burst.get(), json);
        }
        json.writeEndObject();
    }

    /** Writes {@code "fields": {...}}, each by its name and kind; what the type does not name is {@code f3}. */
    public static void writeFields(Crossing c, JsonGenerator json) throws IOException {
        List<Field> known = c.type().map(CrossingType::fields).orElse(List.of());
        json.writeObjectFieldStart("fields");
        for (int i = 0; i < c.fieldCount(); i++) {
            long v = c.field(i);
            if (i >= known.size()) {
                json.writeStringField("f" + i, hex(v));
                continue;
            }
            Field field = known.get(i);
            json.writeFieldName(field.name());
            switch (field.kind()) {
                case DEC, PORT -> json.writeNumber(Long.toUnsignedString(v));
                case SIGNED, DURATION_NS -> json.writeNumber(v);
                case BOOL -> {
                    if (v == 0 || v == 1) {
                        json.writeBoolean(v == 1);
                    } else {
                        json.writeNumber(Long.toUnsignedString(v));
                    }
                }
                case HEX, MAC, VERDICT, ETHERTYPE -> json.writeString(value(field.kind(), v));
            }
        }
        json.writeEndObject();
    }

    private static void writeBurst(Burst b, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("burst");
        json.writeNumberField("port", b.port());
        json.writeNumberField("queue", b.queue());
        json.writeNumberField("packets", b.packets());
        json.writeFieldName("bytes");
        json.writeNumber(Long.toUnsignedString(b.bytes()));
        json.writeObjectFieldStart("verdicts");
        for (Map.Entry<Integer, Integer> e : b.byVerdict().entrySet()) {
            json.writeNumberField(PacketVerdict.name(e.getKey()), e.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("lengths");
        for (int i = 0; i < b.packets(); i++) {
            json.writeNumber(b.length(i));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("verdict_codes");
        for (int i = 0; i < b.packets(); i++) {
            json.writeNumber(b.verdict(i));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String value(Field.Kind kind, long v) {
        return switch (kind) {
            case DEC, PORT -> Long.toUnsignedString(v);
            case SIGNED -> Long.toString(v);
            case HEX -> hex(v);
            case MAC -> mac(v);
            case DURATION_NS -> duration(v);
            case VERDICT -> PacketVerdict.name(v < 0 || v > 255 ? Integer.MAX_VALUE : (int) v);
            case ETHERTYPE -> String.format("0x%04x", v);
            case BOOL -> v == 0 ? "no" : v == 1 ? "yes" : Long.toUnsignedString(v);
        };
    }

    private static String hex(long v) {
        return "0x" + Long.toHexString(v);
    }

    /** Six bytes as people write them. */
    public static String mac(long v) {
        return String.format(
                "%02x:%02x:%02x:%02x:%02x:%02x",
                v >> 40 & 0xff,
                v >> 32 & 0xff,
                v >> 24 & 0xff,
                v >> 16 & 0xff,
                v >> 8 & 0xff,
                v & 0xff);
    }

    private static String duration(long ns) {
        if (ns < 10_000) {
            return ns + "ns";
        }
        if (ns < 1_000_000) {
            return ns / 1_000 + "us";
        }
        return ns < SECOND
                ? String.format(Locale.ROOT, "%.1fms", ns / 1e6)
                : String.format(Locale.ROOT, "%.2fs", ns / 1e9);
    }

    /** A time of the log; every 64-bit value is one, within 292 years of 1970. */
    public static Instant instant(long epochNanos) {
        return Instant.ofEpochSecond(
                Math.floorDiv(epochNanos, SECOND), Math.floorMod(epochNanos, SECOND));
    }

    /** A time of the log in ISO 8601 with nine digits of the second, in UTC. */
    public static String time(long epochNanos) {
        return TIME.format(instant(epochNanos));
    }

    /** The text with control and formatting characters, quotes and backslashes written as escapes. */
    public static String harmless(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char ch = text.charAt(i);
            boolean bad =
                    Character.isISOControl(ch)
                            || Character.getType(ch) == Character.FORMAT
                            || Character.getType(ch) == Character.LINE_SEPARATOR
                            || Character.getType(ch) == Character.PARAGRAPH_SEPARATOR
                            || ch == '"'
                            || ch == '\\';
            if (bad && out == null) {
                out = new StringBuilder(text.substring(0, i));
            }
            if (out != null) {
                if (bad) {
                    out.append(String.format("\\u%04x", (int) ch));
                } else {
                    out.append(ch);
                }
            }
        }
        return out == null ? text : out.toString();
    }
}
