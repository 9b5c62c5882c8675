package org.cofferdam.libos.net.ip;

/** A rate limit: so many at once, so many a second. One thread, allocation-free. */
public final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    private final long capacity;
    private final long nanosPerToken;
    private long tokens;
    private long filledAt;
    private boolean started;

    /** A full bucket. */
    public TokenBucket(int perSecond, int atOnce) {
        this.nanosPerToken = SECOND / perSecond;
        this.capacity = atOnce;
        this.tokens = atOnce;
    }

    /** Takes a token, if there is one. */
    public boolean take(long now) {
        if (!started) {
            started = true;
            filledAt = now;
        }
        long earned = (now - filledAt) / nanosPerToken;
        if (earned > 0) {
            tokens = Math.min(capacity, tokens + earned);
            filledAt += earned * nanosPerToken;
        }
        if (tokens == 0) {
            return false;
        }
        tokens--;
        return true;
    }
}
