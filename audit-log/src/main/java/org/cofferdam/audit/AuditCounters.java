package org.cofferdam.audit;

import java.util.List;

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
        List<Source> sources) {

    /** What the writer is doing. */
    public enum State {
        /** Records go to disk. */
        RUNNING,
        /** The disk is full; the writer tries again twice a second and producers are held back. */
        DISK_FULL,
        /** The disk fails; the writer tries again twice a second and producers are held back. */
        IO_ERROR,
        /** Closed. */
        CLOSED
    }

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
     */
    public record Source(
            int id,
            String name,
            long recorded,
            long lost,
            long ringFull,
            int ringBytes,
            long ringUsed) {}
}
