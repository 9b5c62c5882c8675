package org.cofferdam.audit;

import java.util.List;
import java.util.OptionalLong;

/**
 * A look at the log at one moment; the numbers belong to this run.
 *
 * @param state what the writer is doing
 * @param message one sentence for the operator when the state is not RUNNING, else empty
 * @param recorded records that sources put into their rings
 * @param written records of sources and of the log itself that are in the file
 * @param lost records that sources gave up, each time counted in a LOSS record
 * @param ringFull times that a source found its ring full
 * @param blocks blocks written
 * @param bytes bytes of those blocks
 * @param segments segments begun
 * @param disk how it stands with the device
 * @param retention how it stands with old segments
 * @param sources the same for each source, in the order of their numbers, from 1
 */
public record AuditCounters(
        State state,
        String message,
        long recorded,
        long written,
        long lost,
        long ringFull,
        long blocks,
        long bytes,
        long segments,
        Disk disk,
        Kept retention,
        List<Source> sources) {

    /** What the writer is doing. */
    public enum State {
        /** Records go to disk. */
        RUNNING,
        /** The disk is full; the writer tries again twice a second, and {@link WhenFull} says what producers do. */
        DISK_FULL,
        /** The disk fails; the same. */
        IO_ERROR,
        /** The device takes longer than a second for a group commit; records go on to the kernel. */
        SLOW,
        /** Closed. */
        CLOSED
    }

    /**
     * The device.
     *
     * @param syncs group commits that it has
     * @param lastSyncNanos how long the last one took
     * @param worstSyncNanos how long the longest took
     * @param syncingNanos for how long one has been under way, 0 if none is
     * @param blockedNanos for how long the disk has refused in all
     */
    public record Disk(
            long syncs,
            long lastSyncNanos,
            long worstSyncNanos,
            long syncingNanos,
            long blockedNanos) {}

    /**
     * Old segments; zeros while no rule removes any, since then nobody looks.
     *
     * @param segments files that are there
     * @param bytes what they take
     * @param removed segments that the rule removed
     * @param shippedBlock the last block that the Kafka shipper says is shipped
     * @param shipperLag blocks written and not shipped
     */
    public record Kept(
            int segments,
            long bytes,
            long removed,
            OptionalLong shippedBlock,
            OptionalLong shipperLag) {}

    /**
     * One source.
     *
     * @param id its number in the records
     * @param name its name
     * @param recorded records put into the ring
     * @param lost records given up
     * @param ringFull times that the ring was found full
     * @param ringBytes size of the ring
     * @param ringUsed bytes in it now
     * @param limitedNanos for how long its quota has held it back in all, as far as SOURCE_LIMITED records say
     */
    public record Source(
            int id,
            String name,
            long recorded,
            long lost,
            long ringFull,
            int ringBytes,
            long ringUsed,
            long limitedNanos) {}
}
