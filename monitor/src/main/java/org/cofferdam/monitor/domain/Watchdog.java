package org.cofferdam.monitor.domain;

/**
 * Tells a domain that does its work from one that does not. Two rules:
 *
 * <ul>
 *   <li>not serving: frames were offered to the domain (by the card's receive ring or the uplink) and for
 *       {@link #LIMIT_NANOS} it has moved none of its ring indexes, awake or asleep;
 *   <li>spinning: it has been awake for {@link #LIMIT_NANOS} and in that time neither moved an index nor slept.
 * </ul>
 *
 * <p>An index that a domain moves without sense is the queue's and the card's business to refuse. One thread;
 * allocation-free.
 */
final class Watchdog {
    /** Long against a burst (microseconds), short against TCP's patience. */
    static final long LIMIT_NANOS = 500_000_000L;

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
    private long quietSince;

    /** Starts afresh for a domain that boots. */
    void restart(long now, long offered, long servedNow) {
        served = servedNow;
        offeredWhenServed = offered;
        unserved = false;
        quietSince = now;
    }

    /** The domain went to sleep. */
    void slept(long now) {
        quietSince = now;
    }

    /**
     * Looks at the domain.
     *
     * @param offered frames given to the domain so far, counts up
     * @param servedNow a sum that changes when the domain moves a ring index
     * @param awake whether it has the processor
     */
    Finding look(long now, long offered, long servedNow, boolean awake) {
        if (servedNow != served) {
            served = servedNow;
            offeredWhenServed = offered;
            unserved = false;
            quietSince = now;
            return Finding.FINE;
        }
        if (offered != offeredWhenServed) {
            if (!unserved) {
                unserved = true;
                unservedSince = now;
            } else if (now - unservedSince > LIMIT_NANOS) {
                return Finding.NOT_SERVING;
            }
        }
        if (!awake) {
            quietSince = now;
        } else if (now - quietSince > LIMIT_NANOS) {
            return Finding.SPINNING;
        }
        return Finding.FINE;
    }

    /** When the domain last moved an index, slept or started. */
    long quietSince() {
        return quietSince;
    }
}
