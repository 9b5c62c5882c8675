package org.cofferdam.monitor.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.cofferdam.monitor.json.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * What happened between two looks at a monitor's status, as rates.
 *
 * @param time of the second look
 * @param seconds between the two
 */
record TopSample(
        Instant time,
        double seconds,
        JsonTree now,
        double monitorCpu,
        double domainCpu,
        List<Port> ports,
        Map<String, Double> kernelDrops,
        double records,
        double bytes,
        long waiting,
        double ringFull,
        Map<String, Double> rings) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final double NANOS = 1e9;

    /**
     * A port: frames, bits and drops in a second.
     *
     * @param drops frames that it sent or should have got, by verdict
     */
    record Port(
            String name,
            String kind,
            String state,
            double inFrames,
            double inBits,
            double outFrames,
            double outBits,
            Map<String, Double> drops) {
        double dropped() {
            return drops.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /**
     * Compares two looks.
     *
     * @param nanos between them
     */
    static TopSample between(JsonTree before, JsonTree now, long nanos) {
        double seconds = Math.max(1, nanos) / NANOS;
        Map<String, JsonTree> portsBefore = byName(before.get("ports"));
        Map<String, JsonTree> threads = byName(now.get("threads"));
        List<Port> ports = new ArrayList<>();
        for (JsonTree p : now.get("ports").items()) {
            String name = p.get("name").text();
            ports.add(port(portsBefore.get(name), p, name, before, now, seconds));
        }
        JsonTree audit = now.get("audit");
        Map<String, Double> rings = new LinkedHashMap<>();
        for (JsonTree s : audit.get("sources").items()) {
            double size = Math.max(1, s.get("ringBytes").number());
            rings.put(s.get("name").text(), 100 * s.get("ringUsed").number() / size);
        }
        return new TopSample(
                Instant.now(),
                seconds,
                now,
                rate(before.get("monitor"), now.get("monitor"), "cpuNanos", seconds) / NANOS * 100,
                rate(
                                byName(before.get("threads")).get("domain"),
                                threads.get("domain"),
                                "cpuNanos",
                                seconds)
                        / NANOS
                        * 100,
                ports,
                rates(before.get("kernelDrops"), now.get("kernelDrops"), seconds),
                rate(before.get("audit"), audit, "records", seconds),
                rate(before.get("audit"), audit, "bytes", seconds),
                Math.max(0, audit.get("records").number() - audit.get("written").number()),
                rate(before.get("audit"), audit, "ringFull", seconds),
                rings);
    }

    private static Port port(
            @Nullable JsonTree before,
            JsonTree p,
            String name,
            JsonTree all,
            JsonTree allNow,
            double seconds) {
        Map<String, Double> drops = new LinkedHashMap<>();
        JsonTree taken = before == null ? p.get("verdicts") : before.get("verdicts");
        rates(taken, p.get("verdicts"), seconds)
                .forEach(
                        (verdict, rate) -> {
                            if (verdict.startsWith("drop_")) {
                                drops.merge(verdict.substring(5), rate, Double::sum);
                            }
                        });
        rates(
                        all.get("counters").get("refused").get(name),
                        allNow.get("counters").get("refused").get(name),
                        seconds)
                .forEach((verdict, rate) -> drops.merge(word(verdict), rate, Double::sum));
        drops.values().removeIf(rate -> rate == 0);
        return new Port(
                name,
                p.get("kind").text(),
                p.get("state").text(),
                rate(before, p, "rxFrames", seconds),
                8 * rate(before, p, "rxBytes", seconds),
                rate(before, p, "txFrames", seconds),
                8 * rate(before, p, "txBytes", seconds),
                drops);
    }

    private static String word(String verdict) {
        return verdict.startsWith("drop_") ? verdict.substring(5) : verdict;
    }

    private static Map<String, JsonTree> byName(JsonTree list) {
        return list.items().stream()
                .collect(
                        Collectors.toMap(
                                i -> i.get("name").text(),
                                i -> i,
                                (a, b) -> a,
                                LinkedHashMap::new));
    }

    private static double rate(
            @Nullable JsonTree before, @Nullable JsonTree now, String field, double seconds) {
        if (before == null || now == null) {
            return 0; // it has just come, or is gone
        }
        return Math.max(0, now.get(field).number() - before.get(field).number()) / seconds;
    }

    private static Map<String, Double> rates(JsonTree before, JsonTree now, double seconds) {
        Map<String, Double> rates = new LinkedHashMap<>();
        now.fields()
                .forEach(
                        (name, count) ->
                                rates.put(
                                        name,
                                        Math.max(0, count.number() - before.get(name).number())
                                                / seconds));
        return rates;
    }

    /** For people: a few lines, then a table of the ports. */
    String text() {
        StringBuilder out = new StringBuilder(2048);
        JsonTree m = now.get("monitor");
        JsonTree d = now.get("domain");
        JsonTree a = now.get("audit");
        line(
                out,
                "monitor",
                String.format(
                        Locale.ROOT,
                        "pid %d, up %d s, CPU %.0f %%, captures %d",
                        m.get("pid").number(),
                        m.get("uptimeMillis").number() / 1000,
                        monitorCpu,
                        now.get("counters").get("captures").number()));
        line(
                out,
                "domain",
                String.format(
                        Locale.ROOT,
                        "%s, CPU %.0f %%, restarts %d, last outage %s",
                        d.get("state").text(),
                        domainCpu,
                        d.get("restarts").number(),
                        d.has("lastOutageMillis")
                                ? d.get("lastOutageMillis").number() + " ms"
                                : "none"));
        line(
                out,
                "audit",
                String.format(
                        Locale.ROOT,
                        "%s, %s records/s, %s B/s, %d waiting, lost %d, rings full %s/s, shipper %s",
                        a.get("state").text(),
                        si(records),
                        si(bytes),
                        waiting,
                        a.get("lost").number(),
                        si(ringFull),
                        a.has("shipperLagBlocks")
                                ? a.get("shipperLagBlocks").number() + " blocks behind"
                                : "none"));
        line(out, "rings", String.format(Locale.ROOT, "%s", rings(rings)));
        line(out, "kernel", String.format(Locale.ROOT, "drops/s: %s", counts(kernelDrops)));
        out.append(
                "%n%-16s %-14s %9s %9s %9s %9s %9s  %s%n"
                        .formatted(
                                "PORT",
                                "STATE",
                                "IN pps",
                                "IN bit/s",
                                "OUT pps",
                                "OUT bit/s",
                                "DROPS/s",
                                "BY REASON"));
        for (Port p : ports) {
            out.append(
                    "%-16s %-14s %9s %9s %9s %9s %9s  %s%n"
                            .formatted(
                                    p.name,
                                    p.state,
                                    si(p.inFrames),
                                    si(p.inBits),
                                    si(p.outFrames),
                                    si(p.outBits),
                                    si(p.dropped()),
                                    p.drops.isEmpty() ? "" : counts(p.drops)));
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String subject, String text) {
        out.append("%-8s ".formatted(subject)).append(text).append('\n');
    }

    private static String rings(Map<String, Double> rings) {
        return rings.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.0f %%", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String counts(Map<String, Double> rates) {
        String text =
                rates.entrySet().stream()
                        .filter(e -> e.getValue() > 0)
                        .map(e -> e.getKey() + " " + si(e.getValue()))
                        .collect(Collectors.joining(", "));
        return text.isEmpty() ? "none" : text;
    }

    /** Four digits at most, with k, M or G. */
    static String si(double value) {
        String[] units = {"", "k", "M", "G", "T"};
        double rest = value;
        int unit = 0;
        while (rest >= 9999.5 && unit < units.length - 1) {
            rest /= 1000;
            unit++;
        }
        return String.format(
                Locale.ROOT, rest < 10 && unit > 0 ? "%.1f%s" : "%.0f%s", rest, units[unit]);
    }

    /** For programs: one object on one line. */
    String json() {
        StringWriter text = new StringWriter(1024);
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("time", time.toString());
            out.writeNumberField("seconds", rounded(seconds));
            out.writeObjectFieldStart("monitor");
            out.writeNumberField("cpuPercent", rounded(monitorCpu));
            out.writeNumberField("captures", now.get("counters").get("captures").number());
            out.writeEndObject();
            out.writeObjectFieldStart("domain");
            out.writeStringField("state", now.get("domain").get("state").text());
            out.writeNumberField("cpuPercent", rounded(domainCpu));
            out.writeNumberField("restarts", now.get("domain").get("restarts").number());
            out.writeEndObject();
            audit(out);
            numbers("kernelDropsPerSecond", kernelDrops, out);
            out.writeArrayFieldStart("ports");
            for (Port p : ports) {
                out.writeStartObject();
                out.writeStringField("name", p.name);
                out.writeStringField("kind", p.kind);
                out.writeStringField("state", p.state);
                out.writeNumberField("inFramesPerSecond", rounded(p.inFrames));
                out.writeNumberField("inBitsPerSecond", rounded(p.inBits));
                out.writeNumberField("outFramesPerSecond", rounded(p.outFrames));
                out.writeNumberField("outBitsPerSecond", rounded(p.outBits));
                numbers("dropsPerSecond", p.drops, out);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.append('\n').toString();
    }

    private void audit(JsonGenerator out) throws IOException {
        JsonTree a = now.get("audit");
        out.writeObjectFieldStart("audit");
        out.writeStringField("state", a.get("state").text());
        out.writeNumberField("recordsPerSecond", rounded(records));
        out.writeNumberField("bytesPerSecond", rounded(bytes));
        out.writeNumberField("waitingRecords", waiting);
        out.writeNumberField("lost", a.get("lost").number());
        out.writeNumberField("ringFullPerSecond", rounded(ringFull));
        if (a.has("shipperLagBlocks")) {
            out.writeNumberField("shipperLagBlocks", a.get("shipperLagBlocks").number());
        }
        numbers("ringPercent", rings, out);
        out.writeEndObject();
    }

    private static void numbers(String field, Map<String, Double> numbers, JsonGenerator out)
            throws IOException {
        out.writeObjectFieldStart(field);
        for (Map.Entry<String, Double> e : numbers.entrySet()) {
            out.writeNumberField(e.getKey(), rounded(e.getValue()));
        }
        out.writeEndObject();
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
