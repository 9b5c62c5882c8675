package org.cofferdam.monitor.vfio;

/**
 * Tells a card that wakes its driver from one that storms. A driver that polls needs one interrupt for each sleep; what
 * comes beyond that is counted over a tenth of a second. One thread; allocation-free.
 */
final class InterruptCount {
    static final long WINDOW_NANOS = 100_000_000L;

    /** Interrupts beyond the sleeps in one window; a driver's own races make one or two now and then. */
    static final long MOST_UNASKED = 300;

    private long windowBegan;
    private long came;
    private long sleeps;

    /** The driver went to sleep. */
    void slept() {
        sleeps++;
    }

    /** So many interrupts came since the last time. */
    void came(long count) {
        came += count;
    }

    /** How many unasked interrupts make a storm of this window, or 0 if it is none or has not ended. */
    long stormOf(long now) {
        long unasked = came - sleeps;
        boolean storm = unasked > MOST_UNASKED;
        if (storm || now - windowBegan > WINDOW_NANOS) {
            restart(now);
        }
        return storm ? unasked : 0;
    }

    /** Begins afresh. */
    void restart(long now) {
        windowBegan = now;
        came = 0;
        sleeps = 0;
    }
}
