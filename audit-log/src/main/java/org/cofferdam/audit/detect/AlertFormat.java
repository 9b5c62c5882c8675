package org.cofferdam.audit.detect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.cofferdam.audit.ocsf.OcsfEvent;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.read.LogOrigin;

/** The forms in which an alert is shown, each one line; what a log said is made harmless for a terminal. */
public final class AlertFormat {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int DETECTION_FINDING = 2004;
    private static final long MILLISECOND = 1_000_000;

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
     * guest, run, source_id, sequence, events, again, text}; what does not apply is left out.
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
            about(a, json);
            json.writeNumberField("events", a.events());
            json.writeBooleanField("again", a.again());
            json.writeStringField("text", sentence(a));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return out.toString();
    }

    /** An OCSF detection finding: "create" for a new incident, "update" for one that has grown. */
    public static String ocsf(Alert a) {
        StringWriter out = new StringWriter(1024);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("class_uid", DETECTION_FINDING);
            json.writeStringField("class_name", "Detection Finding");
            json.writeNumberField("category_uid", DETECTION_FINDING / 1000);
            json.writeStringField("category_name", "Findings");
            int activity = a.again() ? 2 : 1;
            json.writeNumberField("activity_id", activity);
            json.writeStringField("activity_name", a.again() ? "Update" : "Create");
            json.writeNumberField("type_uid", DETECTION_FINDING * 100 + activity);
            json.writeNumberField("severity_id", a.severity().number());
            json.writeStringField("severity", word(a));
            json.writeNumberField("status_id", activity);
            json.writeStringField("status", a.again() ? "In Progress" : "New");
            json.writeBooleanField("is_alert", true);
            json.writeNumberField("time", a.last() / MILLISECOND);
            json.writeNumberField("start_time", a.first() / MILLISECOND);
            json.writeNumberField("end_time", a.last() / MILLISECOND);
            json.writeNumberField("count", a.events());
            json.writeStringField("message", sentence(a));
            json.writeObjectFieldStart("metadata");
            json.writeStringField("version", OcsfEvent.VERSION);
            json.writeStringField("uid", a.id());
            json.writeObjectFieldStart("product");
            json.writeStringField("name", "Cofferdam");
            json.writeStringField("vendor_name", "Cofferdam");
            json.writeEndObject();
            json.writeEndObject();
            json.writeObjectFieldStart("finding_info");
            json.writeStringField("uid", a.id());
            json.writeStringField("title", a.rule());
            json.writeStringField("desc", sentence(a));
            json.writeNumberField("first_seen_time", a.first() / MILLISECOND);
            json.writeNumberField("last_seen_time", a.last() / MILLISECOND);
            json.writeObjectFieldStart("analytic");
            json.writeNumberField("type_id", 1);
            json.writeStringField("type", "Rule");
            json.writeStringField("name", a.rule());
            json.writeEndObject();
            json.writeEndObject();
            json.writeObjectFieldStart("device");
            json.writeStringField("hostname", CrossingFormat.harmless(a.origin().host()));
            json.writeNumberField("type_id", 1);
            json.writeStringField("type", "Server");
            json.writeEndObject();
            json.writeObjectFieldStart("unmapped");
            about(a, json);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return out.toString();
    }

    private static String word(Alert a) {
        String name = a.severity().name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    /** Log, port and record. */
    private static void about(Alert a, JsonGenerator json) throws IOException {
        json.writeStringField("log", log(a));
        json.writeStringField("place", a.origin().place());
        if (a.port().isPresent()) {
            json.writeNumberField("port", a.port().getAsInt());
        }
        if (!a.guest().isEmpty()) {
            json.writeStringField("guest", CrossingFormat.harmless(a.guest()));
        }
        json.writeNumberField("run", a.tip().run());
        json.writeNumberField("source_id", a.tip().source());
        json.writeNumberField("sequence", a.tip().sequence());
    }

    /** The identity of the log that an alert is about. */
    static String log(Alert a) {
        return LogOrigin.idText(a.origin().logIdHigh(), a.origin().logIdLow());
    }
}
