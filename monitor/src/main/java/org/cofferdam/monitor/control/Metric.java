package org.cofferdam.monitor.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.cofferdam.monitor.control.MonitorCounters.Bucket;
import org.cofferdam.monitor.control.MonitorCounters.Spread;
import org.cofferdam.monitor.control.MonitorStatus.Guest;
import org.cofferdam.monitor.control.MonitorStatus.Port;

/**
 * Every number that {@code GET /metrics} shows, with its sentence, in the Prometheus text format 0.0.4. The name is
 * {@code cofferdam_} and the constant in lower case; counters end in {@code _total}.
 */
public enum Metric {
    BUILD_INFO(
            "1, with the monitor's version as label.",
            s -> List.of(new Sample(label("version", s.monitor().version()), "1"))),
    CONFINED(
            "1 if the monitor has given up its privileges.",
            s -> one(s.monitor().confinement().isPresent() ? 1 : 0)),
    CONFINED_SYSTEM_CALLS(
            "How many system calls the monitor's filter lets through; no value without one.",
            s ->
                    s.monitor().confinement().stream()
                            .flatMap(c -> one(c.systemCalls()).stream())
                            .toList()),
    LANDLOCK_ABI(
            "The version of Landlock that guards the monitor's files; 0 if there is none.",
            s -> one(s.monitor().confinement().map(c -> c.landlockAbi()).orElse(0))),
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
    DOMAIN_OUTAGE_SECONDS(
            "How long the driver domain's outages were.", s -> spread(s.counters().outages())),
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
    PORT_REFUSED_FRAMES_TOTAL(
            "Frames meant for a port that it did not take, by what became of them.",
            s -> byTwo("port", "verdict", s.counters().refused())),
    PORT_HELD_PASSES_TOTAL(
            "Passes in which a port was not looked at, by what had no room.",
            s -> byTwo("port", "room", s.counters().held())),
    PORT_GROUPS_REFUSED_TOTAL(
            "Multicast groups that a port's peer wanted to hear and has too many for.",
            s -> byLabel("port", s.counters().groupsRefused())),
    PORT_UP(
            "1 if a port can take frames.",
            s ->
                    s.ports().stream()
                            .map(
                                    p ->
                                            new Sample(
                                                    two("port", p.name(), "kind", p.kind()),
                                                    isUp(p.state()) ? "1" : "0"))
                            .toList()),
    PACKET_PATH_TURN_SECONDS(
            "How long the turns of the packet path took in which there was work.",
            s -> spread(s.counters().turns())),
    KERNEL_FORWARDED_FRAMES_TOTAL(
            "Frames that the program in the kernel forwarded, by way.",
            s -> byLabel("way", s.counters().forwarded())),
    KERNEL_EVENTS_LOST_TOTAL(
            "Drop events that the program in the kernel had no room for, by direction.",
            s -> byLabel("direction", s.counters().eventsLost())),
    KERNEL_DROPS_TOTAL(
            "Frames that the program in the kernel dropped, by reason.",
            s -> byLabel("reason", s.kernelDrops())),
    AUDIT_RECORDS_TOTAL("Records written to the audit log.", s -> one(s.audit().records())),
    AUDIT_BLOCKS_TOTAL("Blocks written to the audit log.", s -> one(s.audit().blocks())),
    AUDIT_BYTES_TOTAL("Bytes written to the audit log.", s -> one(s.audit().bytes())),
    AUDIT_LOST_TOTAL("Records lost, each loss being a record itself.", s -> one(s.audit().lost())),
    AUDIT_STATE(
            "1, with what the log's writer is doing as label: ok, waiting or closed.",
            s -> List.of(new Sample(label("state", s.audit().state().split(":", 2)[0]), "1"))),
    GUEST_UP(
            "1 if a guest's front end is connected and runs queues.",
            s -> guests(s, g -> g.peerPid() != 0 && g.queues() > 0 ? 1L : 0L)),
    GUEST_LINK_UP("1 if a guest's port has a link.", s -> guests(s, g -> g.linkUp() ? 1L : 0L)),
    GUEST_QUEUES("Queues of a guest that run.", s -> guests(s, g -> (long) g.queues())),
    CAPTURES("Captures that are at work.", s -> one(s.counters().captures().running())),
    CAPTURE_FRAMES_TOTAL(
            "Frames that captures which have ended were shown.",
            s -> one(s.counters().captures().frames())),
    CAPTURE_MISSED_TOTAL(
            "Those of them that the captures had no room for.",
            s -> one(s.counters().captures().missed())),
    THREAD_CPU_SECONDS_TOTAL("Processor time of one thread.", Metric::threads);

    private record Sample(String suffix, String labels, String value) {
        Sample(String labels, String value) {
            this("", labels, value);
        }
    }

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
            List<Sample> samples = metric.samples.apply(status);
            out.append("# TYPE ").append(name).append(' ').append(type(name, samples)).append('\n');
            for (Sample sample : samples) {
                out.append(name)
                        .append(sample.suffix())
                        .append(sample.labels())
                        .append(' ')
                        .append(sample.value())
                        .append('\n');
            }
        }
        AuditMetric.text(status.audit().hops(), out);
        return out.toString();
    }

    private static String type(String name, List<Sample> samples) {
        boolean histogram = !samples.isEmpty() && !samples.getFirst().suffix().isEmpty();
        return histogram ? "histogram" : name.endsWith("_total") ? "counter" : "gauge";
    }

    private static List<Sample> spread(Spread spread) {
        List<Sample> out = new ArrayList<>();
        for (Bucket b : spread.upTo()) {
            String bound = b.nanos() < 0 ? "+Inf" : nanos(b.nanos());
            out.add(new Sample("_bucket", label("le", bound), Long.toString(b.count())));
        }
        out.add(new Sample("_sum", "", nanos(spread.sumNanos())));
        out.add(new Sample("_count", "", Long.toString(spread.count())));
        return out;
    }

    private static List<Sample> guests(MonitorStatus status, Function<Guest, Long> value) {
        return status.guests().stream()
                .map(g -> new Sample(label("guest", g.name()), Long.toString(value.apply(g))))
                .toList();
    }

    private static boolean isUp(String state) {
        return state.equals("up") || state.equals("running");
    }

    private static List<Sample> byTwo(
            String first, String second, Map<String, Map<String, Long>> counts) {
        List<Sample> out = new ArrayList<>();
        counts.forEach(
                (a, inner) ->
                        inner.forEach(
                                (b, n) ->
                                        out.add(
                                                new Sample(
                                                        two(first, a, second, b),
                                                        Long.toString(n)))));
        return out;
    }

    private static String two(String first, String a, String second, String b) {
        return "{%s=\"%s\",%s=\"%s\"}".formatted(first, escaped(a), second, escaped(b));
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
                                                    two("port", p.name(), "verdict", verdict),
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
