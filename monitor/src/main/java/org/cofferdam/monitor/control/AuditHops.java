package org.cofferdam.monitor.control;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/**
 * What each hop counts on an audit record's way: the rings, the writer, the device, the retention's rule, the Kafka
 * shipper. Counters count since the monitor's start; times are nanoseconds.
 *
 * @param durability where records are at the end of a group commit: {@code device} or {@code kernel}
 * @param whenFull {@code block}, {@code count} or {@code stop}
 * @param quotaBytes what one port may write a second, 0 for any
 * @param written records that are in the file
 * @param ringFull times that a ring was found full
 * @param syncs group commits that the device has
 * @param lastSyncNanos how long the last one took
 * @param worstSyncNanos how long the longest took
 * @param syncingNanos for how long one has been under way, 0 if none is
 * @param blockedNanos for how long the disk has refused in all
 * @param segments files of the log; zero while no rule removes any
 * @param keptBytes what they take; the same
 * @param removedSegments segments that the rule removed
 * @param shippedBlock the last block that is in Kafka, as the shipper says
 * @param shipperLag blocks that are not
 * @param sources each ring
 */
public record AuditHops(
        String durability,
        String whenFull,
        long quotaBytes,
        long written,
        long ringFull,
        long syncs,
        long lastSyncNanos,
        long worstSyncNanos,
        long syncingNanos,
        long blockedNanos,
        long segments,
        long keptBytes,
        long removedSegments,
        OptionalLong shippedBlock,
        OptionalLong shipperLag,
        List<Source> sources) {

    /** Nobody has looked. */
    public static final AuditHops NONE =
            new AuditHops(
                    "device",
                    "block",
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    List.of());

    public AuditHops {
        sources = List.copyOf(sources);
    }

    /**
     * A ring and who fills it.
     *
     * @param name {@code control}, {@code switch.uplink}, {@code switch.guest.NAME} …
     * @param recorded records put into it
     * @param lost records given up, each in a LOSS record
     * @param full times that it was found full
     * @param bytes its size
     * @param used bytes in it now
     * @param limitedNanos for how long its quota has held it back
     */
    public record Source(
            String name,
            long recorded,
            long lost,
            long full,
            long bytes,
            long used,
            long limitedNanos) {}

    /** Writes these as fields of the object that is open. */
    void write(JsonGenerator out) throws IOException {
        out.writeStringField("durability", durability);
        out.writeStringField("whenFull", whenFull);
        out.writeNumberField("quotaBytes", quotaBytes);
        out.writeNumberField("written", written);
        out.writeNumberField("ringFull", ringFull);
        out.writeNumberField("syncs", syncs);
        out.writeNumberField("lastSyncNanos", lastSyncNanos);
        out.writeNumberField("worstSyncNanos", worstSyncNanos);
        out.writeNumberField("syncingNanos", syncingNanos);
        out.writeNumberField("blockedNanos", blockedNanos);
        out.writeNumberField("segments", segments);
        out.writeNumberField("keptBytes", keptBytes);
        out.writeNumberField("removedSegments", removedSegments);
        if (shippedBlock.isPresent()) {
            out.writeNumberField("shippedBlock", shippedBlock.getAsLong());
        }
        if (shipperLag.isPresent()) {
            out.writeNumberField("shipperLagBlocks", shipperLag.getAsLong());
        }
        out.writeArrayFieldStart("sources");
        for (Source s : sources) {
            out.writeStartObject();
            out.writeStringField("name", s.name());
            out.writeNumberField("recorded", s.recorded());
            out.writeNumberField("lost", s.lost());
            out.writeNumberField("full", s.full());
            out.writeNumberField("ringBytes", s.bytes());
            out.writeNumberField("ringUsed", s.used());
            out.writeNumberField("limitedNanos", s.limitedNanos());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
