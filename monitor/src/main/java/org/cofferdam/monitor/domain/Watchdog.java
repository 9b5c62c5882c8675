package org.cofferdam.monitor.domain;

/**
 * Tells a domain that does its work from one that does not. Two rules:
 *
 * <ul>
 *   <li>not serving: frames were offered to the domain (by the card's receive ring or the uplink), {@link
 *       #LIMIT_NANOS} have passed and the monitor has looked {@link #FAIR_LOOKS} times since, each time after a turn of
 *       the domain, and it has moved none of its ring indexes, awake or asleep;
 *   <li>spinning: it has had {@link #LIMIT_NANOS} of the processor and in that time neither moved an index nor slept.
 * </ul>
 *
 * <p>Both count what the domain was given, not only what the clock says: on a machine with other work the monitor's
 * thread may wait long for a core, and the domain is not to blame for it. An index that a domain moves without sense
 * is the queue's and the card's business to refuse. One thread; allocation-free.
 */
final class Watchdog {
    /** Long against a burst (microseconds), short against TCP's patience. */
    static final long LIMIT_NANOS = 500_000_000L;

    /** Turns in which a driver that works would have looked at its rings. */
    static final int FAIR_LOOKS = 4;

    /** What one slice counts at most: the slice timer cuts it there, the rest is the machine's. */
    static final long LONGEST_SLICE_NANOS = 2_000_000L;

    /** What the watchdog found. */
    enum Finding {
        FINE,
        NOT_SERVING,
        SPINNING
    }

    private long served;
    private long offeredWhenServed;
    private long unservedSince;
    private boolean unserved;
    private int looksUnserved;
    private long spunNanos;

    /** Starts afresh for a domain that boots. */
    void restart(long offered, long servedNow) {
        served = servedNow;
        offeredWhenServed = offered;
        unserved = false;
        spunNanos = 0;
    }

    /** The domain went to sleep. */
    void slept() {
        spunNanos = 0;
    }

    /** The domain had a slice of this length. */
    void ran(long nanos) {
        spunNanos += Math.min(nanos, LONGEST_SLICE_NANOS);
    }

    /**
     * Looks at the domain.
     *
     * @param offered frames given to the domain so far, counts up
     * @param servedNow a sum that changes when the domain moves a ring index
     */
    Finding look(long now, long offered, long servedNow) {
        if (servedNow != served) {
            restart(offered, servedNow);
            return Finding.FINE;
        }
        if (offered != offeredWhenServed) {
            if (!unserved) {
                unserved = true;
                unservedSince = now;
                looksUnserved = 0;
            } else if (++looksUnserved >= FAIR_LOOKS && now - unservedSince > LIMIT_NANOS) {
                return Finding.NOT_SERVING;
            }
        }
        return spunNanos > LIMIT_NANOS ? Finding.SPINNING : Finding.FINE;
    }
}
