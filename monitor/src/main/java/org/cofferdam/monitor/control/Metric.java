package org.cofferdam.monitor.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.cofferdam.monitor.control.MonitorStatus.Port;

/**
 * Every number that {@code GET /metrics} shows, with its sentence, in the Prometheus text format 0.0.4. The name is
 * {@code cofferdam_} and the constant in lower case; counters end in {@code _total}.
 */
public enum Metric {
    UPTIME_SECONDS(
            "Seconds since the monitor started.", s -> one(millis(s.monitor().uptimeMillis()))),
    CPU_SECONDS_TOTAL(
            "Processor time of the monitor's process.", s -> one(nanos(s.monitor().cpuNanos()))),
    MEMORY_ANONYMOUS_BYTES(
            "Anonymous memory of the monitor's process.", s -> one(s.monitor().rssAnonBytes())),
    HEAP_BYTES("Used Java heap.", s -> one(s.monitor().heapBytes())),
    DOMAIN_RAM_BYTES("Memory of the driver domain.", s -> one(s.domain().ramBytes())),
    DOMAIN_STATE(
            "1 with the driver domain's present state as label.",
            s -> List.of(new Sample(label("state", s.domain().state()), "1"))),
    DOMAIN_RESTARTS_TOTAL(
            "How often the driver domain was started again.", s -> one(s.domain().restarts())),
    DOMAIN_LAST_OUTAGE_SECONDS(
            "From the driver domain's last failure until it forwarded again.",
            s ->
                    s.domain().lastOutageMillis().isPresent()
                            ? one(millis(s.domain().lastOutageMillis().getAsLong()))
                            : List.of()),
    DOMAIN_BOOT_SECONDS(
            "From the creation of the virtual machine to link-up, of the last start.",
            s ->
                    s.domain().bootMillis().isPresent()
                            ? one(millis(s.domain().bootMillis().getAsLong()))
                            : List.of()),
    DOMAIN_PASSES_TOTAL(
            "Turns of the driver's loop, as the driver says.", s -> one(s.domain().passes())),
    LINK_UP(
            "1 if the driver says that the card has a link.",
            s -> one(s.domain().linkUp() ? 1 : 0)),
    PORT_RECEIVED_FRAMES_TOTAL("Frames taken from a port.", s -> ports(s, Port::rxFrames)),
    PORT_RECEIVED_BYTES_TOTAL("Bytes taken from a port.", s -> ports(s, Port::rxBytes)),
    PORT_SENT_FRAMES_TOTAL("Frames given to a port.", s -> ports(s, Port::txFrames)),
    PORT_SENT_BYTES_TOTAL("Bytes given to a port.", s -> ports(s, Port::txBytes)),
    PORT_VERDICTS_TOTAL("Frames taken from a port, by what became of them.", Metric::verdicts),
    KERNEL_DROPS_TOTAL(
            "Frames that the program in the kernel dropped, by reason.",
            s -> byLabel("reason", s.kernelDrops())),
    AUDIT_RECORDS_TOTAL("Records written to the audit log.", s -> one(s.audit().records())),
    AUDIT_BLOCKS_TOTAL("Blocks written to the audit log.", s -> one(s.audit().blocks())),
    AUDIT_BYTES_TOTAL("Bytes written to the audit log.", s -> one(s.audit().bytes())),
    AUDIT_LOST_TOTAL("Records lost, each loss being a record itself.", s -> one(s.audit().lost())),
    THREAD_CPU_SECONDS_TOTAL("Processor time of one thread.", Metric::threads);

    private record Sample(String labels, String value) {}

    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // each is a lambda without state
    private final Function<MonitorStatus, List<Sample>> samples;

    Metric(String sentence, Function<MonitorStatus, List<Sample>> samples) {
        this.sentence = sentence;
        this.samples = samples;
    }

    /** The name that a Prometheus server sees. */
    public String exportedName() {
        return "cofferdam_" + name().toLowerCase(Locale.ROOT);
    }

    public String sentence() {
        return sentence;
    }

    /** All metrics of a status, as text. */
    public static String text(MonitorStatus status) {
        StringBuilder out = new StringBuilder(4096);
        for (Metric metric : values()) {
            String name = metric.exportedName();
            out.append("# HELP ").append(name).append(' ').append(metric.sentence).append('\n');
            out.append("# TYPE ")
                    .append(name)
                    .append(name.endsWith("_total") ? " counter\n" : " gauge\n");
            for (Sample sample : metric.samples.apply(status)) {
                out.append(name)
                        .append(sample.labels())
                        .append(' ')
                        .append(sample.value())
                        .append('\n');
            }
        }
        AuditMetric.text(status.audit().hops(), out);
        return out.toString();
    }

    private static String millis(long millis) {
        return "%d.%03d".formatted(millis / 1_000, millis % 1_000);
    }

    private static String nanos(long nanos) {
        return "%d.%09d".formatted(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    private static List<Sample> one(long value) {
        return one(Long.toString(value));
    }

    private static List<Sample> one(String value) {
        return List.of(new Sample("", value));
    }

    private static List<Sample> ports(MonitorStatus status, Function<Port, Long> value) {
        return status.ports().stream()
                .map(p -> new Sample(label("port", p.name()), Long.toString(value.apply(p))))
                .toList();
    }

    private static List<Sample> verdicts(MonitorStatus status) {
        List<Sample> out = new ArrayList<>();
        for (Port p : status.ports()) {
            p.verdicts()
                    .forEach(
                            (verdict, count) ->
                                    out.add(
                                            new Sample(
                                                    "{port=\""
                                                            + escaped(p.name())
                                                            + "\",verdict=\""
                                                            + escaped(verdict)
                                                            + "\"}",
                                                    Long.toString(count))));
        }
        return out;
    }

    private static List<Sample> threads(MonitorStatus status) {
        return status.threads().stream()
                .map(t -> new Sample(label("thread", t.name()), nanos(t.cpuNanos())))
                .toList();
    }

    private static List<Sample> byLabel(String label, Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(e -> new Sample(label(label, e.getKey()), Long.toString(e.getValue())))
                .toList();
    }

    private static String label(String name, String value) {
        return "{" + name + "=\"" + escaped(value) + "\"}";
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
