package org.cofferdam.monitor.domain;

/**
 * When a faulted domain starts again: at once for the first three times, then after a pause that doubles from 100 ms
 * to 10 s. A minute without a fault forgives. One thread.
 */
final class RestartPolicy {
    private static final int AT_ONCE = 3;
    private static final long FIRST_PAUSE_NANOS = 100_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 10_000_000_000L;
    private static final long FORGIVEN_AFTER_NANOS = 60_000_000_000L;

    private int faults;
    private long lastFault;

    /** Nanoseconds to wait before the next start, for a fault at {@code now}. */
    long pauseAfterFault(long now) {
        if (faults > 0 && now - lastFault > FORGIVEN_AFTER_NANOS) {
            faults = 0;
        }
        lastFault = now;
        int pauses = faults++ - AT_ONCE;
        if (pauses < 0) {
            return 0;
        }
        // The shift stops where the longest pause is passed long since, so it cannot overflow.
        return Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(pauses, 10));
    }

    /** Faults that are not forgiven yet. */
    int faults() {
        return faults;
    }
}
