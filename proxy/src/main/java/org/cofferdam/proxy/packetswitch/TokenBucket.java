package org.cofferdam.proxy.packetswitch;

/**
 * A rate limit. Credit is time: it grows with the clock up to a depth, and each unit costs the time it takes at the
 * rate. Picoseconds, so that rounding is lost even at 10^9 units a second. One thread, allocation-free.
 */
final class TokenBucket {
    private static final long PICOSECONDS = 1_000_000_000_000L;
    private static final long DEPTH_NANOS = 100_000_000L;

    private final long rate;
    private long credit = DEPTH_NANOS * 1000;
    private long last;
    private boolean started;

    /**
     * @param rate units a second, up to 10^12; 0 for no limit. A tenth of a second's worth may come at once, and one
     *     indivisible amount that is larger is admitted when the credit is full.
     */
    TokenBucket(long rate) {
        if (rate < 0 || rate > PICOSECONDS) {
            throw new IllegalArgumentException("A rate of " + rate + " a second is not possible");
        }
        this.rate = rate;
    }

    /** Lets the credit grow to a time. */
    void advance(long now) {
        if (started) {
            // Bounded before it is scaled, so neither a long pause nor a clock that went back can
            // overflow it.
            long elapsed = Math.clamp(now - last, 0, DEPTH_NANOS);
            credit = Math.min(DEPTH_NANOS * 1000, credit + elapsed * 1000);
        }
        started = true;
        last = now;
    }

    /** Whether these units may pass now. */
    boolean admits(long units) {
        return rate == 0 || credit >= Math.min(cost(units), DEPTH_NANOS * 1000);
    }

    /** Takes the units' credit, which may leave a debt. */
    void charge(long units) {
        if (rate != 0) {
            credit -= cost(units);
        }
    }

    // Units are below 2^20 (the bits of one frame): the product stays below 2^60.
    private long cost(long units) {
        return units * PICOSECONDS / rate;
    }
}
