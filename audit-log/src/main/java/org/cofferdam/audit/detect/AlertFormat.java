package org.cofferdam.audit.detect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.UUID;
import org.cofferdam.audit.read.CrossingFormat;

/** The forms in which an alert is shown, each one line; what a log said is made harmless for a terminal. */
public final class AlertFormat {
    private static final JsonFactory JSON = new JsonFactory();

    private AlertFormat() {}

    /** One line for people. */
    public static String text(Alert a) {
        return CrossingFormat.instant(a.first())
                + " "
                + a.severity().name()
                + " "
                + a.rule()
                + " "
                + sentence(a)
                + " ["
                + CrossingFormat.harmless(a.origin().host())
                + " "
                + a.id()
                + "]";
    }

    /** Whom it is about, what, and how often. */
    static String sentence(Alert a) {
        StringBuilder text = new StringBuilder();
        if (a.port().isPresent()) {
            if (!a.guest().isEmpty()) {
                text.append(CrossingFormat.harmless(a.guest())).append(", ");
            }
            text.append("port ").append(a.port().getAsInt()).append(": ");
        }
        text.append(CrossingFormat.harmless(a.text()));
        text.append(a.again() ? "; grown to " : "; ").append(a.events()).append(" events in ");
        double seconds = (a.last() - a.first()) / 1e9;
        return text.append(String.format(Locale.ROOT, "%.1f s", seconds)).toString();
    }

    /**
     * One JSON object: {@code time, time_ns, last_time_ns, id, rule, severity, severity_id, host, log, place, port,
     * guest, events, again, run, source_id, sequence, text}; what does not apply is left out.
     */
    public static String json(Alert a) {
        StringWriter out = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("time", CrossingFormat.instant(a.first()).toString());
            json.writeNumberField("time_ns", a.first());
            json.writeNumberField("last_time_ns", a.last());
            json.writeStringField("id", a.id());
            json.writeStringField("rule", a.rule());
            json.writeStringField("severity", a.severity().name().toLowerCase(Locale.ROOT));
            json.writeNumberField("severity_id", a.severity().number());
            json.writeStringField("host", CrossingFormat.harmless(a.origin().host()));
            json.writeStringField("log", log(a));
            json.writeStringField("place", a.origin().place());
            if (a.port().isPresent()) {
                json.writeNumberField("port", a.port().getAsInt());
            }
            if (!a.guest().isEmpty()) {
                json.writeStringField("guest", CrossingFormat.harmless(a.guest()));
            }
            json.writeNumberField("events", a.events());
            json.writeBooleanField("again", a.again());
            json.writeNumberField("run", a.tip().run());
            json.writeNumberField("source_id", a.tip().source());
            json.writeNumberField("sequence", a.tip().sequence());
            json.writeStringField("text", sentence(a));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return out.toString();
    }

    /** The identity of the log that an alert is about. */
    static String log(Alert a) {
        return new UUID(a.origin().logIdHigh(), a.origin().logIdLow()).toString();
    }
}
