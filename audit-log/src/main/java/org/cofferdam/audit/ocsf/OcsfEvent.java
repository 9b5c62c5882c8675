package org.cofferdam.audit.ocsf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.read.Severity;

/**
 * Writes a crossing as one event of OCSF {@link #VERSION}, with the profiles host, security_control and
 * record_integrity.
 *
 * <p>OCSF's times are milliseconds; the exact ones stand in {@code unmapped}. The log chains blocks, not single events,
 * so the attestation of an event is that of its block: the fingerprint is the block's hash, computed over the bytes
 * that FORMAT.md draws, and {@code prev_event} names the block before.
 */
public final class OcsfEvent {
    /** The version of the schema. */
    public static final String VERSION = "1.9.0";

    static final String PRODUCT = "Cofferdam";
    private static final String SERIALIZATION = "Cofferdam audit block (FORMAT.md)";
    private static final int HASH_SHA_256 = 3;
    private static final int ENCODING_HEX = 1;
    private static final int OTHER = 99;
    private static final int SYSTEM_CALL = 2;
    private static final int ENTITY_POLICY = 5;
    private static final int LOG_OF_APPLICATION = 2;
    private static final long MILLISECOND = 1_000_000;
    private static final JsonFactory JSON = new JsonFactory();

    private OcsfEvent() {}

    /** The event on one line, without the line's end. */
    public static String json(Crossing c, OcsfContext context) {
        StringWriter out = new StringWriter(1024);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            write(c, context, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return out.toString();
    }

    /** The crossing's name for good, the event's {@code metadata.uid}: log, run, source and sequence number. */
    public static String uid(Crossing c, OcsfContext context) {
        return context.logId()
                + "/"
                + Long.toUnsignedString(c.run())
                + "/"
                + c.source()
                + "/"
                + Long.toUnsignedString(c.sequence());
    }

    /** Writes the event as one JSON object. */
    public static void write(Crossing c, OcsfContext context, JsonGenerator json)
            throws IOException {
        OcsfMapping mapping = OcsfMapping.of(c.type());
        OcsfClass kind = mapping.ocsfClass();
        json.writeStartObject();
        classification(kind, activity(c, mapping), activityName(c, mapping), json);
        severity(Severity.of(c), json);
        outcome(outcome(c, mapping), json);
        json.writeBooleanField("is_alert", c.type().filter(CrossingType.ALERT::equals).isPresent());
        json.writeNumberField("time", millis(c.time()));
        json.writeNumberField("count", c.count());
        if (c.count() != 1 || c.lastTime() != c.time()) {
            json.writeNumberField("start_time", millis(c.time()));
            json.writeNumberField("end_time", millis(c.lastTime()));
            json.writeNumberField("duration", Math.max(0, millis(c.lastTime() - c.time())));
        }
        json.writeStringField("message", message(c));
        metadata(
                uid(c, context),
                OptionalLong.of(c.sequence()),
                c.typeName(),
                c.sourceName(),
                context,
                json);
        device(context, json);
        json.writeFieldName("actor");
        actor(c, context, json);
        body(c, kind, context, json);
        attestation(context, json);
        unmapped(c, context, json);
        json.writeEndObject();
    }

    /**
     * Writes a sum of bursts as one network activity.
     *
     * @param uid the event's {@code metadata.uid}, the caller's to keep unique
     */
    public static void writeTraffic(
            OcsfTraffic t, String uid, OcsfContext context, JsonGenerator json) throws IOException {
        OcsfMapping mapping = OcsfMapping.of(Optional.of(t.type()));
        boolean dropped = t.byVerdict().keySet().stream().anyMatch(OcsfEvent::isDrop);
        boolean passed = t.byVerdict().keySet().stream().anyMatch(v -> !isDrop(v));
        json.writeStartObject();
        classification(mapping.ocsfClass(), mapping.activity(), mapping.activityName(), json);
        severity(dropped ? Severity.LOW : Severity.INFORMATIONAL, json);
        outcome(outcome(dropped, passed), json);
        json.writeBooleanField("is_alert", false);
        json.writeNumberField("time", millis(t.from()));
        json.writeNumberField("count", t.bursts());
        json.writeNumberField("start_time", millis(t.from()));
        json.writeNumberField("end_time", millis(t.to()));
        json.writeStringField("message", t.type().sentence());
        metadata(uid, OptionalLong.empty(), t.type().name(), t.sourceName(), context, json);
        device(context, json);
        endpoint(
                isOut(t.type()) ? "dst_endpoint" : "src_endpoint",
                portText(t.port()),
                t.port(),
                0,
                json);
        traffic(t.packets(), t.bytes(), json);
        attestation(context, json);
        json.writeObjectFieldStart("unmapped");
        json.writeNumberField("time_ns", t.from());
        json.writeNumberField("last_time_ns", t.to());
        json.writeNumberField("run", t.run());
        json.writeNumberField("block", context.block());
        json.writeNumberField("port", t.port());
        json.writeObjectFieldStart("verdicts");
        for (Map.Entry<Integer, Long> e : t.byVerdict().entrySet()) {
            json.writeNumberField(PacketVerdict.name(e.getKey()), e.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    // The head: what it is, how bad, how it ended.

    private static void classification(
            OcsfClass kind, int activity, String activityName, JsonGenerator json)
            throws IOException {
        json.writeNumberField("category_uid", kind.categoryUid());
        json.writeStringField("category_name", kind.category());
        json.writeNumberField("class_uid", kind.uid());
        json.writeStringField("class_name", kind.caption());
        json.writeNumberField("activity_id", activity);
        json.writeStringField("activity_name", activityName);
        json.writeNumberField("type_uid", 100L * kind.uid() + activity);
        json.writeStringField("type_name", kind.caption() + ": " + activityName);
    }

    private static int activity(Crossing c, OcsfMapping mapping) {
        if (mapping.ocsfClass() == OcsfClass.MEMORY_ACTIVITY && c.field("write").isPresent()) {
            return c.field("write").getAsLong() == 0 ? 7 : 8;
        }
        if (c.type().filter(OcsfEvent::isCall).isPresent()) {
            return switch (method(c)) {
                case "POST" -> 1;
                case "GET" -> 2;
                case "PUT", "PATCH" -> 3;
                case "DELETE" -> 4;
                default -> OTHER;
            };
        }
        return mapping.activity();
    }

    private static String activityName(Crossing c, OcsfMapping mapping) {
        int activity = activity(c, mapping);
        if (activity == mapping.activity()) {
            return mapping.activityName();
        }
        return switch (mapping.ocsfClass()) {
            case MEMORY_ACTIVITY -> activity == 7 ? "Read" : "Write";
            default ->
                    switch (activity) {
                        case 1 -> "Create";
                        case 2 -> "Read";
                        case 3 -> "Update";
                        default -> "Delete";
                    };
        };
    }

    private static boolean isCall(CrossingType type) {
        return type == CrossingType.CONTROL || type == CrossingType.CONTROL_REFUSED;
    }

    /** The first word of a control call's text. */
    private static String method(Crossing c) {
        int end = c.text().indexOf(' ');
        return end < 0 ? c.text() : c.text().substring(0, end);
    }

    private static void severity(Severity severity, JsonGenerator json) throws IOException {
        String name = severity.name();
        json.writeNumberField("severity_id", severity.number());
        json.writeStringField(
                "severity", name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT));
    }

    private static OcsfOutcome outcome(Crossing c, OcsfMapping mapping) {
        if (c.burst().isPresent()) {
            Burst burst = c.burst().get();
            boolean dropped = false;
            boolean passed = burst.packets() == 0;
            for (int i = 0; i < burst.packets(); i++) {
                dropped |= isDrop(burst.verdict(i));
                passed |= !isDrop(burst.verdict(i));
            }
            return outcome(dropped, passed);
        }
        if (c.field("allowed").orElse(1) == 0) {
            return OcsfOutcome.UNAUTHORIZED;
        }
        return mapping.outcome();
    }

    private static OcsfOutcome outcome(boolean dropped, boolean passed) {
        if (!dropped) {
            return OcsfOutcome.ALLOWED;
        }
        return passed ? OcsfOutcome.MIXED : OcsfOutcome.DROPPED;
    }

    private static boolean isDrop(int verdict) {
        return verdict > PacketVerdict.FLOODED.code();
    }

    private static void outcome(OcsfOutcome outcome, JsonGenerator json) throws IOException {
        json.writeNumberField("status_id", outcome.status);
        json.writeStringField("status", outcome.statusName);
        json.writeNumberField("action_id", outcome.action);
        json.writeStringField("action", outcome.actionName);
        json.writeNumberField("disposition_id", outcome.disposition);
        json.writeStringField("disposition", outcome.dispositionName);
    }

    private static String message(Crossing c) {
        String sentence = c.type().map(CrossingType::sentence).orElse("A type not known here.");
        return c.text().isEmpty() ? sentence : sentence + " " + CrossingFormat.harmless(c.text());
    }

    // Where from, and who.

    private static void metadata(
            String uid,
            OptionalLong sequence,
            String code,
            String source,
            OcsfContext context,
            JsonGenerator json)
            throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeStringField("version", VERSION);
        json.writeObjectFieldStart("product");
        json.writeStringField("name", PRODUCT);
        json.writeStringField("vendor_name", PRODUCT);
        json.writeEndObject();
        json.writeStringField("uid", uid);
        json.writeStringField("event_code", code);
        json.writeStringField("log_name", "audit");
        json.writeStringField("log_provider", CrossingFormat.harmless(source));
        json.writeStringField("log_source", CrossingFormat.harmless(context.host()));
        json.writeArrayFieldStart("profiles");
        json.writeString("host");
        json.writeString("security_control");
        json.writeString("record_integrity");
        json.writeEndArray();
        if (sequence.isPresent()) {
            json.writeFieldName("sequence");
            json.writeNumber(Long.toUnsignedString(sequence.getAsLong()));
        }
        json.writeEndObject();
    }

    private static void device(OcsfContext context, JsonGenerator json) throws IOException {
        String host = context.host().isEmpty() ? "unknown" : context.host();
        json.writeObjectFieldStart("device");
        json.writeNumberField("type_id", 0);
        json.writeStringField("hostname", CrossingFormat.harmless(host));
        json.writeEndObject();
    }

    /** A peer whose credentials are in the record, or the part of the machine that its boundary names. */
    private static void actor(Crossing c, OcsfContext context, JsonGenerator json)
            throws IOException {
        json.writeStartObject();
        json.writeFieldName("process");
        process(c, context, json);
        if (c.field("uid").isPresent()) {
            json.writeObjectFieldStart("user");
            json.writeStringField("uid", Long.toUnsignedString(c.field("uid").getAsLong()));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void process(Crossing c, OcsfContext context, JsonGenerator json)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", part(c));
        if (c.field("pid").isPresent()) {
            json.writeFieldName("pid");
            json.writeNumber(Long.toUnsignedString(c.field("pid").getAsLong()));
        }
        json.writeStringField(
                "uid", context.logId() + "/" + Long.toUnsignedString(c.run()) + "/" + part(c));
        json.writeEndObject();
    }

    private static String part(Crossing c) {
        if (c.port().isPresent()) {
            return portText(c.port().getAsLong());
        }
        return c.boundary()
                .map(
                        boundary ->
                                switch (boundary) {
                                    case DOMAIN_MONITOR, DOMAIN_PROXY -> "driver-domain";
                                    case PROXY_KERNEL -> "proxy";
                                    case GUEST_KERNEL -> "guest";
                                    case OPERATOR_MONITOR -> "operator";
                                    case DETECTION -> "detector";
                                    case LOG -> "audit-log";
                                })
                .orElse("unknown");
    }

    // What each class wants besides.

    private static void body(Crossing c, OcsfClass kind, OcsfContext context, JsonGenerator json)
            throws IOException {
        switch (kind) {
            case BASE_EVENT -> {}
            case NETWORK_ACTIVITY -> network(c, json);
            case KERNEL_ACTIVITY -> kernel(c, json);
            case MEMORY_ACTIVITY -> {
                json.writeFieldName("process");
                process(c, context, json);
                memory(c, json);
            }
            case PROCESS_ACTIVITY -> {
                json.writeFieldName("process");
                process(c, context, json);
            }
            case MODULE_ACTIVITY -> {
                json.writeObjectFieldStart("module");
                json.writeStringField("function_name", "proxy.bpf.c");
                json.writeStringField("type", "BPF program");
                json.writeEndObject();
            }
            case EVENT_LOG_ACTIVITY -> {
                json.writeStringField("log_name", "audit");
                json.writeStringField("log_provider", PRODUCT);
                json.writeNumberField("log_type_id", LOG_OF_APPLICATION);
                json.writeStringField("log_type", "Application");
            }
            case DETECTION_FINDING -> finding(c, context, json);
            case ENTITY_MANAGEMENT -> {
                json.writeObjectFieldStart("entity");
                json.writeStringField("name", "packet policy");
                json.writeNumberField("type_id", ENTITY_POLICY);
                json.writeStringField("type", "Policy");
                json.writeEndObject();
            }
            case APPLICATION_LIFECYCLE -> {
                json.writeObjectFieldStart("app");
                json.writeStringField("name", part(c));
                json.writeStringField("vendor_name", PRODUCT);
                json.writeEndObject();
            }
            case API_ACTIVITY -> {
                json.writeObjectFieldStart("api");
                json.writeStringField("operation", operation(c));
                json.writeEndObject();
                endpoint("src_endpoint", c, json);
            }
        }
    }

    private static String operation(Crossing c) {
        return c.text().isEmpty() ? c.typeName() : CrossingFormat.harmless(c.text());
    }

    private static void network(Crossing c, JsonGenerator json) throws IOException {
        endpoint(
                c.type().filter(OcsfEvent::isOut).isPresent() ? "dst_endpoint" : "src_endpoint",
                c,
                json);
        if (c.burst().isPresent()) {
            traffic(c.burst().get().packets(), c.burst().get().bytes(), json);
        } else if (c.field("delta").isPresent()) {
            traffic(c.field("delta").getAsLong(), -1, json);
        } else if (c.type().filter(CrossingType.KERNEL_DROP::equals).isPresent()) {
            traffic(c.count(), c.field("length").orElse(0), json);
        }
    }

    private static boolean isOut(CrossingType type) {
        return type == CrossingType.BURST_OUT || type == CrossingType.TAP_OUT;
    }

    private static void endpoint(String name, Crossing c, JsonGenerator json) throws IOException {
        long mac = 0;
        if (c.field("mac").isPresent()) {
            mac = c.field("mac").getAsLong();
        } else if (c.type().filter(CrossingType.KERNEL_DROP::equals).isPresent()) {
            mac = c.field("source").orElse(0);
        }
        if (c.port().isPresent()) {
            long port = c.port().getAsLong();
            String called = c.portName().map(CrossingFormat::harmless).orElse(portText(port));
            endpoint(name, called.isEmpty() ? portText(port) : called, port, mac, json);
        } else {
            json.writeObjectFieldStart(name);
            json.writeStringField("name", part(c));
            if (c.field("ifindex").isPresent()) {
                json.writeStringField(
                        "interface_uid", Long.toUnsignedString(c.field("ifindex").getAsLong()));
            }
            mac(mac, json);
            json.writeEndObject();
        }
    }

    private static String portText(long port) {
        return "port-" + Long.toUnsignedString(port);
    }

    private static void endpoint(
            String name, String called, long port, long mac, JsonGenerator json)
            throws IOException {
        // OCSF's "port" is that of TCP; a switch port is an interface.
        json.writeObjectFieldStart(name);
        json.writeStringField("name", called);
        json.writeStringField("interface_uid", Long.toUnsignedString(port));
        mac(mac, json);
        json.writeEndObject();
    }

    private static void mac(long mac, JsonGenerator json) throws IOException {
        if (mac != 0) {
            json.writeStringField("mac", CrossingFormat.mac(mac));
        }
    }

    private static void traffic(long packets, long bytes, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("traffic");
        json.writeFieldName("packets");
        json.writeNumber(Long.toUnsignedString(packets));
        if (bytes >= 0) {
            json.writeNumberField("bytes", bytes);
        }
        json.writeEndObject();
    }

    private static void kernel(Crossing c, JsonGenerator json) throws IOException {
        boolean call = c.type().filter(CrossingType.GUEST_CALL_REFUSED::equals).isPresent();
        json.writeObjectFieldStart("kernel");
        json.writeStringField("name", call ? operation(c) : c.typeName());
        json.writeNumberField("type_id", call ? SYSTEM_CALL : OTHER);
        json.writeStringField("type", call ? "System Call" : "Hypervisor Exit");
        json.writeEndObject();
    }

    private static void memory(Crossing c, JsonGenerator json) throws IOException {
        for (String name : new String[] {"iova", "gpa", "address", "offset"}) {
            if (c.field(name).isPresent()) {
                json.writeStringField(
                        "base_address", "0x" + Long.toHexString(c.field(name).getAsLong()));
                break;
            }
        }
        for (String name : new String[] {"length", "size"}) {
            if (c.field(name).isPresent()) {
                json.writeFieldName("size");
                json.writeNumber(Long.toUnsignedString(c.field(name).getAsLong()));
                break;
            }
        }
    }

    private static void finding(Crossing c, OcsfContext context, JsonGenerator json)
            throws IOException {
        String text = CrossingFormat.harmless(c.text());
        json.writeObjectFieldStart("finding_info");
        json.writeStringField("uid", uid(c, context));
        json.writeStringField("title", text.isEmpty() ? c.typeName() : text);
        if (c.field("events").isPresent()) {
            json.writeFieldName("related_events_count");
            json.writeNumber(Long.toUnsignedString(c.field("events").getAsLong()));
        }
        json.writeEndObject();
    }

    // The chain, and what has no place.

    private static void attestation(OcsfContext context, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("attestation_list");
        json.writeStartObject();
        json.writeStringField("uid", block(context, context.block()));
        json.writeStringField("authority_uid", CrossingFormat.harmless(context.host()));
        json.writeStringField("chain_uid", context.logId());
        fingerprint(context.hash().hex(), json);
        if (context.block() != 0) {
            json.writeObjectFieldStart("prev_event");
            json.writeStringField("uid", block(context, context.block() - 1));
            fingerprint(context.previous().hex(), json);
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndArray();
    }

    private static String block(OcsfContext context, long number) {
        return context.logId() + "/block/" + Long.toUnsignedString(number);
    }

    private static void fingerprint(String hash, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("fingerprint");
        json.writeNumberField("algorithm_id", HASH_SHA_256);
        json.writeStringField("algorithm", "SHA-256");
        json.writeNumberField("encoding_id", ENCODING_HEX);
        json.writeStringField("encoding", "Hex");
        json.writeNumberField("serialization_id", OTHER);
        json.writeStringField("serialization", SERIALIZATION);
        json.writeStringField("value", hash);
        json.writeEndObject();
    }

    private static void unmapped(Crossing c, OcsfContext context, JsonGenerator json)
            throws IOException {
        json.writeObjectFieldStart("unmapped");
        json.writeNumberField("time_ns", c.time());
        json.writeNumberField("last_time_ns", c.lastTime());
        json.writeNumberField("run", c.run());
        json.writeNumberField("source_id", c.source());
        json.writeNumberField("code", c.code());
        if (c.boundary().isPresent()) {
            json.writeStringField("boundary", c.boundary().get().name());
        }
        json.writeFieldName("block");
        json.writeNumber(Long.toUnsignedString(context.block()));
        if (c.fieldCount() > 0) {
            CrossingFormat.writeFields(c, json);
        }
        if (!c.text().isEmpty()) {
            json.writeStringField("text", CrossingFormat.harmless(c.text()));
        }
        if (c.burst().isPresent()) {
            Burst burst = c.burst().get();
            json.writeNumberField("port", burst.port());
            json.writeNumberField("queue", burst.queue());
            json.writeObjectFieldStart("verdicts");
            for (Map.Entry<Integer, Integer> e : burst.byVerdict().entrySet()) {
                json.writeNumberField(PacketVerdict.name(e.getKey()), e.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static long millis(long nanos) {
        return Math.floorDiv(nanos, MILLISECOND);
    }
}
