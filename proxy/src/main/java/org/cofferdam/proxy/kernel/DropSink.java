package org.cofferdam.proxy.kernel;

/**
 * Takes what the kernel program dropped: the audit log. Called on the domain thread; must neither block nor
 * allocate. An answer of false means no room now: the same will be offered again, with what has been added since.
 */
public interface DropSink {
    /**
     * So many frames more were dropped. The sum of all deltas taken is the kernel's counter.
     *
     * @param reason code of {@link DropReason}
     * @param direction code of {@link DropDirection}
     * @param delta frames, more than 0
     */
    boolean dropped(int reason, int direction, long delta);

    /**
     * Events for which the kernel's ring had no room; their frames are counted all the same.
     *
     * @param direction code of {@link DropDirection}
     * @param delta events, more than 0
     */
    boolean eventsLost(int direction, long delta);

    /**
     * One frame that was dropped, standing for {@code count} alike in all but length and time. Samples are
     * bounded in number and prove nothing by their absence.
     *
     * @param reason code of {@link DropReason}
     * @param direction code of {@link DropDirection}
     * @param ifindex the interface where it was met
     * @param ethertype its type, or 0 if it was too short
     * @param length its bytes
     * @param source six bytes, the first one highest
     * @param destination six bytes, the first one highest
     * @param nanos when, CLOCK_MONOTONIC
     * @param count how many alike, at least 1
     */
    boolean sample(
            int reason,
            int direction,
            int ifindex,
            int ethertype,
            int length,
            long source,
            long destination,
            long nanos,
            long count);
}
