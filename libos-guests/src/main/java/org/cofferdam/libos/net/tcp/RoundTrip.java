package org.cofferdam.libos.net.tcp;

/** The retransmission timeout from measured round trips (RFC 6298). Nanoseconds; one thread, allocation-free. */
final class RoundTrip {
    private static final long SECOND = 1_000_000_000L;
    private static final long MOST = 60 * SECOND;

    /** RFC 6298, section 2.4 says a second; like other stacks we take 200 ms, above any delayed acknowledgment. */
    private static final long LEAST = SECOND / 5;

    private long smoothed;
    private long variation;
    private long timeout = SECOND;
    private int backoff;

    /** Takes a measured round trip (section 2). */
    void measured(long nanos) {
        long sample = Math.max(nanos, 1);
        if (smoothed == 0) {
            smoothed = sample;
            variation = sample / 2;
        } else {
            variation += (Math.abs(smoothed - sample) - variation) / 4;
            smoothed += (sample - smoothed) / 8;
        }
        timeout = Math.clamp(smoothed + 4 * variation, LEAST, MOST);
    }

    /** The timeout now. */
    long timeout() {
        return Math.min(timeout << Math.min(backoff, 16), MOST);
    }

    /** Doubles it (section 5.5). */
    void backOff() {
        backoff++;
    }

    /** An acknowledgment of something new came: the timeout is the measured one again (section 5.7). */
    void forgetBackOff() {
        backoff = 0;
    }

    /** After a SYN that was lost the first data get 3 s (section 5.7). */
    void synWasLost() {
        backoff = 0;
        if (smoothed == 0) {
            timeout = 3 * SECOND;
        }
    }

    /** The smoothed round trip; 0 before the first. */
    long smoothed() {
        return smoothed;
    }
}
