package org.cofferdam.monitor.control;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes a {@link MonitorStatus} as JSON. Field names are part of the API: they are only ever added to. */
public final class StatusJson {
    private StatusJson() {}

    public static void write(MonitorStatus status, JsonGenerator out) throws IOException {
        out.writeStartObject();
        monitor(status.monitor(), out);
        out.writeStringField("assign", status.assign());
        out.writeStringField("card", status.card());
        out.writeStringField("wire", status.wire());
        hostInterface(status.hostInterface(), out);
        domain(status.domain(), out);
        out.writeFieldName("ports");
        ports(status.ports(), out);
        counts("kernelDrops", status.kernelDrops(), out);
        audit(status.audit(), out);
        out.writeArrayFieldStart("threads");
        for (MonitorStatus.ThreadUse t : status.threads()) {
            out.writeStartObject();
            out.writeStringField("name", t.name());
            out.writeNumberField("cpuNanos", t.cpuNanos());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeFieldName("guests");
        guests(status.guests(), out);
        counters(status.counters(), out);
        out.writeEndObject();
    }

    private static void counters(MonitorCounters c, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("counters");
        byPort("refused", c.refused(), out);
        byPort("held", c.held(), out);
        counts("groupsRefused", c.groupsRefused(), out);
        counts("kernelForwarded", c.forwarded(), out);
        counts("kernelEventsLost", c.eventsLost(), out);
        out.writeNumberField("captures", c.captures().running());
        out.writeNumberField("captureFrames", c.captures().frames());
        out.writeNumberField("captureMissed", c.captures().missed());
        out.writeEndObject();
    }

    private static void byPort(
            String field, Map<String, Map<String, Long>> counts, JsonGenerator out)
            throws IOException {
        out.writeObjectFieldStart(field);
        for (Map.Entry<String, Map<String, Long>> e : counts.entrySet()) {
            counts(e.getKey(), e.getValue(), out);
        }
        out.writeEndObject();
    }

    /** Writes the array of ports alone, as {@code GET /v1/ports} answers. */
    public static void ports(List<MonitorStatus.Port> ports, JsonGenerator out) throws IOException {
        out.writeStartArray();
        for (MonitorStatus.Port p : ports) {
            out.writeStartObject();
            out.writeStringField("name", p.name());
            out.writeStringField("kind", p.kind());
            out.writeStringField("state", p.state());
            out.writeStringField("mac", p.mac());
            out.writeBooleanField("toHost", p.toHost());
            out.writeBooleanField("toPorts", p.toPorts());
            out.writeNumberField("rxFrames", p.rxFrames());
            out.writeNumberField("rxBytes", p.rxBytes());
            out.writeNumberField("txFrames", p.txFrames());
            out.writeNumberField("txBytes", p.txBytes());
            counts("verdicts", p.verdicts(), out);
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /** Writes the array of guests, as {@code GET /v1/guests} answers. */
    static void guests(List<MonitorStatus.Guest> guests, JsonGenerator out) throws IOException {
        out.writeStartArray();
        for (MonitorStatus.Guest g : guests) {
            guest(g, out);
        }
        out.writeEndArray();
    }

    /** Writes one guest, as {@code GET /v1/guests/NAME} answers. */
    static void guest(MonitorStatus.Guest g, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", g.name());
        out.writeNumberField("port", g.port());
        out.writeStringField("mac", g.mac());
        texts("ips", g.ips(), out);
        out.writeNumberField("bitsPerSecond", g.bitsPerSecond());
        out.writeNumberField("packetsPerSecond", g.packetsPerSecond());
        texts("peers", g.peers(), out);
        out.writeStringField("socket", g.socket());
        out.writeStringField("mode", g.mode());
        out.writeNumberField("uid", g.uid());
        out.writeNumberField("mtu", g.mtu());
        out.writeBooleanField("linkUp", g.linkUp());
        out.writeStringField("state", g.state());
        out.writeNumberField("peerPid", g.peerPid());
        out.writeNumberField("queues", g.queues());
        out.writeEndObject();
    }

    private static void texts(String field, List<String> texts, JsonGenerator out)
            throws IOException {
        out.writeArrayFieldStart(field);
        for (String text : texts) {
            out.writeString(text);
        }
        out.writeEndArray();
    }

    private static void monitor(MonitorStatus.Monitor m, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("monitor");
        out.writeNumberField("pid", m.pid());
        out.writeStringField("version", m.version());
        out.writeStringField("started", m.started().toString());
        out.writeNumberField("uptimeMillis", m.uptimeMillis());
        out.writeNumberField("cpuNanos", m.cpuNanos());
        out.writeNumberField("rssAnonBytes", m.rssAnonBytes());
        out.writeNumberField("heapBytes", m.heapBytes());
        out.writeObjectFieldStart("confinement");
        out.writeBooleanField("confined", m.confinement().isPresent());
        if (m.confinement().isPresent()) {
            MonitorStatus.Confinement c = m.confinement().get();
            out.writeStringField("user", c.user());
            out.writeNumberField("uid", c.uid());
            out.writeNumberField("landlockAbi", c.landlockAbi());
            out.writeNumberField("systemCalls", c.systemCalls());
            out.writeStringField("listSha256", c.listHash());
            out.writeNumberField("starterPid", c.starterPid());
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void hostInterface(MonitorStatus.HostInterface h, JsonGenerator out)
            throws IOException {
        out.writeObjectFieldStart("hostInterface");
        out.writeStringField("name", h.name());
        out.writeStringField("mac", h.mac());
        out.writeNumberField("mtu", h.mtu());
        out.writeBooleanField("carrier", h.carrier());
        out.writeEndObject();
    }

    private static void domain(MonitorStatus.Domain d, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("domain");
        out.writeStringField("state", d.state());
        out.writeStringField("image", d.image());
        out.writeNumberField("ramBytes", d.ramBytes());
        out.writeNumberField("restarts", d.restarts());
        if (d.lastReason().isPresent()) {
            out.writeStringField("lastReason", d.lastReason().get());
        }
        if (d.lastOutageMillis().isPresent()) {
            out.writeNumberField("lastOutageMillis", d.lastOutageMillis().getAsLong());
        }
        if (d.bootMillis().isPresent()) {
            out.writeNumberField("bootMillis", d.bootMillis().getAsLong());
        }
        out.writeObjectFieldStart("link");
        out.writeBooleanField("up", d.linkUp());
        out.writeNumberField("mbits", d.linkMbits());
        out.writeEndObject();
        out.writeStringField("mac", d.mac());
        out.writeNumberField("passes", d.passes());
        texts("driver", d.driver(), out);
        texts("counters", d.counters(), out);
        out.writeEndObject();
    }

    private static void audit(MonitorStatus.Audit a, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("audit");
        out.writeStringField("directory", a.directory());
        out.writeStringField("state", a.state());
        out.writeNumberField("records", a.records());
        out.writeNumberField("blocks", a.blocks());
        out.writeNumberField("bytes", a.bytes());
        out.writeNumberField("lost", a.lost());
        a.hops().write(out);
        out.writeEndObject();
    }

    static void console(ConsoleText console, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeNumberField("next", console.next());
        out.writeArrayFieldStart("lines");
        for (String line : console.lines()) {
            out.writeString(line);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    /** What a domain says; nothing of one that does not. */
    private static void texts(String field, Map<String, String> texts, JsonGenerator out)
            throws IOException {
        if (texts.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart(field);
        for (Map.Entry<String, String> e : new TreeMap<>(texts).entrySet()) {
            out.writeStringField(e.getKey(), e.getValue());
        }
        out.writeEndObject();
    }

    private static void counts(String field, Map<String, Long> counts, JsonGenerator out)
            throws IOException {
        out.writeObjectFieldStart(field);
        for (Map.Entry<String, Long> e : counts.entrySet()) {
            out.writeNumberField(e.getKey(), e.getValue());
        }
        out.writeEndObject();
    }
}
