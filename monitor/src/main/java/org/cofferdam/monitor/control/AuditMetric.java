package org.cofferdam.monitor.control;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;
import org.cofferdam.monitor.control.AuditHops.Source;

/**
 * What the hops of the audit log count, as {@code GET /metrics} shows it; a part of {@link Metric}, whose rules for names
 * these follow.
 */
enum AuditMetric {
    AUDIT_WRITTEN_TOTAL("Records that are in the audit log's file.", h -> one(h.written())),
    AUDIT_SYNCS_TOTAL("Group commits that the device has.", h -> one(h.syncs())),
    AUDIT_LAST_SYNC_SECONDS("How long the last of them took.", h -> seconds(h.lastSyncNanos())),
    AUDIT_WORST_SYNC_SECONDS("How long the longest took.", h -> seconds(h.worstSyncNanos())),
    AUDIT_SYNC_RUNNING_SECONDS(
            "For how long the one under way has run.", h -> seconds(h.syncingNanos())),
    AUDIT_BLOCKED_SECONDS_TOTAL(
            "For how long the disk has refused the audit log.", h -> seconds(h.blockedNanos())),
    AUDIT_SEGMENTS(
            "Files of the audit log, where a rule removes old ones.", h -> one(h.segments())),
    AUDIT_KEPT_BYTES("What those files take.", h -> one(h.keptBytes())),
    AUDIT_REMOVED_SEGMENTS_TOTAL(
            "Old files of the audit log that were removed.", h -> one(h.removedSegments())),
    AUDIT_SHIPPED_BLOCK(
            "The last block that is in Kafka, as the shipper says.", h -> some(h.shippedBlock())),
    AUDIT_SHIPPER_LAG_BLOCKS(
            "Blocks that are written and not in Kafka.", h -> some(h.shipperLag())),
    AUDIT_SOURCE_RECORDS_TOTAL("Records of one source.", h -> each(h, s -> "" + s.recorded())),
    AUDIT_SOURCE_LOST_TOTAL("Records that one source gave up.", h -> each(h, s -> "" + s.lost())),
    AUDIT_SOURCE_FULL_TOTAL(
            "Times that one source found its ring full.", h -> each(h, s -> "" + s.full())),
    AUDIT_SOURCE_RING_USED_BYTES("Bytes in one source's ring.", h -> each(h, s -> "" + s.used())),
    AUDIT_SOURCE_LIMITED_SECONDS_TOTAL(
            "For how long its quota has held one source back.",
            h -> each(h, s -> decimal(s.limitedNanos())));

    private record Sample(String labels, String value) {}

    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // each is a lambda without state
    private final Function<AuditHops, List<Sample>> samples;

    AuditMetric(String sentence, Function<AuditHops, List<Sample>> samples) {
        this.sentence = sentence;
        this.samples = samples;
    }

    /** Appends all of these. */
    static void text(AuditHops hops, StringBuilder out) {
        for (AuditMetric metric : values()) {
            String name = "cofferdam_" + metric.name().toLowerCase(Locale.ROOT);
            out.append("# HELP ").append(name).append(' ').append(metric.sentence).append('\n');
            out.append("# TYPE ")
                    .append(name)
                    .append(name.endsWith("_total") ? " counter\n" : " gauge\n");
            for (Sample sample : metric.samples.apply(hops)) {
                out.append(name)
                        .append(sample.labels())
                        .append(' ')
                        .append(sample.value())
                        .append('\n');
            }
        }
    }

    private static List<Sample> one(long value) {
        return List.of(new Sample("", Long.toString(value)));
    }

    private static List<Sample> some(OptionalLong value) {
        return value.isPresent() ? one(value.getAsLong()) : List.of();
    }

    private static List<Sample> seconds(long nanos) {
        return List.of(new Sample("", decimal(nanos)));
    }

    private static String decimal(long nanos) {
        return "%d.%09d".formatted(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    /** A source's name has no line breaks. */
    private static List<Sample> each(AuditHops hops, Function<Source, String> value) {
        return hops.sources().stream()
                .map(
                        s ->
                                new Sample(
                                        "{source=\""
                                                + s.name()
                                                        .replace("\\", "\\\\")
                                                        .replace("\"", "\\\"")
                                                + "\"}",
                                        value.apply(s)))
                .toList();
    }
}
