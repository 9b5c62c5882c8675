package org.cofferdam.audit.stats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.read.Severity;

/** Sums crossings up. One thread. */
public final class LogStatistics {
    /** Names that are told apart; what comes after that counts as "(others)". */
    private static final int MAX_NAMES = 5_000;

    private static final String OTHERS = "(others)";
    private static final int TOP = 10;

    /** Sums of one port. */
    static final class Port {
        final long number;
        String name = "";
        long crossings;
        long packetsIn;
        long bytesIn;
        long packetsOut;
        long bytesOut;
        long dropped;
        long refusals;

        Port(long number) {
            this.number = number;
        }

        long bytes() {
            return bytesIn + bytesOut;
        }
    }

    private final Map<String, Long> byType = new TreeMap<>();
    private final Map<String, Long> bySource = new TreeMap<>();
    private final Map<String, Long> bySeverity = new TreeMap<>();
    private final Map<String, Long> byGuest = new TreeMap<>();
    private final Map<String, Long> drops = new TreeMap<>();
    private final Map<Long, Port> ports = new TreeMap<>();
    private long records;
    private long crossings;
    private long packets;
    private long bytes;
    private long lost;
    private long earliest = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;

    /** Adds a crossing. */
    public void add(Crossing c) {
        records++;
        crossings += c.count();
        earliest = Math.min(earliest, c.time());
        latest = Math.max(latest, c.lastTime());
        count(byType, c.typeName(), c.count());
        count(bySource, c.sourceName(), c.count());
        Severity severity = Severity.of(c);
        count(bySeverity, severity.name(), c.count());
        c.portName().ifPresent(name -> count(byGuest, name, c.count()));
        if (c.code() == CrossingType.LOSS.code()) {
            lost += c.field("records_lost").orElse(0);
        }
        if (c.port().isPresent()) {
            port(c, c.port().getAsLong(), severity);
        }
        c.burst().ifPresent(this::packets);
    }

    private static void count(Map<String, Long> sums, String name, long n) {
        String key = sums.size() < MAX_NAMES || sums.containsKey(name) ? name : OTHERS;
        sums.merge(key, n, Long::sum);
    }

    private void port(Crossing c, long number, Severity severity) {
        Port port = ports.get(number);
        if (port == null) {
            if (ports.size() >= MAX_NAMES) {
                return;
            }
            port = new Port(number);
            ports.put(number, port);
        }
        port.crossings += c.count();
        port.name = c.portName().orElse(port.name);
        if (c.burst().isPresent()) {
            Burst burst = c.burst().get();
            // As the port sees it: what is put into its ring goes in.
            if (c.code() == CrossingType.BURST_OUT.code()
                    || c.code() == CrossingType.TAP_OUT.code()) {
                port.packetsIn += burst.packets();
                port.bytesIn += burst.bytes();
            } else {
                port.packetsOut += burst.packets();
                port.bytesOut += burst.bytes();
            }
            port.dropped += dropped(burst);
        } else if (severity.compareTo(Severity.MEDIUM) >= 0) {
            port.refusals += c.count();
        }
    }

    private static long dropped(Burst burst) {
        long n = 0;
        for (int i = 0; i < burst.packets(); i++) {
            n += burst.verdict(i) > PacketVerdict.FLOODED.code() ? 1 : 0;
        }
        return n;
    }

    private void packets(Burst burst) {
        packets += burst.packets();
        bytes += burst.bytes();
        for (Map.Entry<Integer, Integer> e : burst.byVerdict().entrySet()) {
            if (e.getKey() > PacketVerdict.FLOODED.code()) {
                count(drops, PacketVerdict.name(e.getKey()), e.getValue());
            }
        }
    }

    private double seconds() {
        return records == 0 ? 0 : Math.max(0, (latest - earliest) / 1e9);
    }

    private double rate(long n) {
        return seconds() == 0 ? 0 : n / seconds();
    }

    private List<Port> talkers() {
        List<Port> all = new ArrayList<>(ports.values());
        all.sort(Comparator.comparingLong(Port::bytes).reversed());
        return all.subList(0, Math.min(TOP, all.size()));
    }

    private static List<Map.Entry<String, Long>> largestFirst(Map<String, Long> sums) {
        List<Map.Entry<String, Long>> all = new ArrayList<>(sums.entrySet());
        all.sort(Map.Entry.<String, Long>comparingByValue().reversed());
        return all;
    }

    /** Tables for people. */
    public String text() {
        StringBuilder out = new StringBuilder();
        if (records == 0) {
            return "no crossings\n";
        }
        line(out, "records", whole(records));
        line(out, "crossings", whole(crossings));
        line(out, "from", CrossingFormat.time(earliest));
        line(out, "to", CrossingFormat.time(latest));
        line(out, "records a second", String.format(Locale.ROOT, "%,.1f", rate(records)));
        line(
                out,
                "packets",
                String.format(Locale.ROOT, "%,d (%,.1f a second)", packets, rate(packets)));
        line(
                out,
                "bytes",
                String.format(Locale.ROOT, "%,d (%,.3f Mbit/s)", bytes, rate(bytes) * 8 / 1e6));
        line(out, "records lost", whole(lost));
        table(out, "by type", byType);
        table(out, "by source", bySource);
        table(out, "by severity", bySeverity);
        table(out, "by name of the port", byGuest);
        table(out, "packets dropped, by reason", drops);
        out.append("\nports, by bytes (as the port sees it)\n");
        out.append(
                String.format(
                        Locale.ROOT,
                        "  %-6s %-16s %14s %18s %14s %18s %10s %10s%n",
                        "port",
                        "name",
                        "packets in",
                        "bytes in",
                        "packets out",
                        "bytes out",
                        "dropped",
                        "refusals"));
        for (Port p : talkers()) {
            out.append(
                    String.format(
                            Locale.ROOT,
                            "  %-6s %-16s %,14d %,18d %,14d %,18d %,10d %,10d%n",
                            Long.toUnsignedString(p.number),
                            CrossingFormat.harmless(p.name),
                            p.packetsIn,
                            p.bytesIn,
                            p.packetsOut,
                            p.bytesOut,
                            p.dropped,
                            p.refusals));
        }
        return out.toString();
    }

    private static String whole(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(String.format(Locale.ROOT, "%-18s ", name)).append(value).append('\n');
    }

    private void table(StringBuilder out, String title, Map<String, Long> sums) {
        if (sums.isEmpty()) {
            return;
        }
        out.append('\n').append(title).append('\n');
        for (Map.Entry<String, Long> e : largestFirst(sums)) {
            out.append(
                    String.format(
                            Locale.ROOT,
                            "  %-24s %,16d %,14.1f/s%n",
                            CrossingFormat.harmless(e.getKey()),
                            e.getValue(),
                            rate(e.getValue())));
        }
    }

    /** The same as one JSON object on one line. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return text.append('\n').toString();
    }

    private void write(JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeNumberField("records", records);
        out.writeNumberField("crossings", crossings);
        if (records > 0) {
            out.writeStringField("from", CrossingFormat.time(earliest));
            out.writeStringField("to", CrossingFormat.time(latest));
        }
        out.writeNumberField("seconds", seconds());
        out.writeNumberField("recordsPerSecond", rate(records));
        out.writeNumberField("packets", packets);
        out.writeNumberField("packetsPerSecond", rate(packets));
        out.writeNumberField("bytes", bytes);
        out.writeNumberField("recordsLost", lost);
        object(out, "types", byType);
        object(out, "sources", bySource);
        object(out, "severities", bySeverity);
        object(out, "portNames", byGuest);
        object(out, "drops", drops);
        out.writeArrayFieldStart("ports");
        for (Port p : talkers()) {
            out.writeStartObject();
            out.writeFieldName("port");
            out.writeNumber(Long.toUnsignedString(p.number));
            out.writeStringField("name", CrossingFormat.harmless(p.name));
            out.writeNumberField("crossings", p.crossings);
            out.writeNumberField("packetsIn", p.packetsIn);
            out.writeNumberField("bytesIn", p.bytesIn);
            out.writeNumberField("packetsOut", p.packetsOut);
            out.writeNumberField("bytesOut", p.bytesOut);
            out.writeNumberField("dropped", p.dropped);
            out.writeNumberField("refusals", p.refusals);
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void object(JsonGenerator out, String name, Map<String, Long> sums)
            throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, Long> e : sums.entrySet()) {
            out.writeNumberField(CrossingFormat.harmless(e.getKey()), e.getValue());
        }
        out.writeEndObject();
    }
}
