package org.cofferdam.audit.kafka.ship;

/**
 * How many bytes of blocks go into a transaction. Large ones are cheap; but one that the brokers' time-outs end before it
 * is through would be tried for ever, so after a failure they are smaller, and grow again as they get through quickly.
 * Main thread.
 */
final class Pace {
    static final int SMALLEST = 256 << 10;
    static final int LARGEST = 16 << 20;

    private static final int FIRST = 1 << 20;
    private static final long QUICK_NANOS = 2_000_000_000L;
    private static final long SLOW_NANOS = 8_000_000_000L;

    private int bytes = FIRST;

    /** When so many bytes are in a transaction, it is committed. */
    int bytes() {
        return bytes;
    }

    /** One was committed, so long after it was begun. */
    void committed(long nanos) {
        if (nanos < QUICK_NANOS) {
            bytes = Math.min(LARGEST, 2 * bytes);
        } else if (nanos > SLOW_NANOS) {
            bytes = Math.max(SMALLEST, bytes / 2);
        }
    }

    /** A session failed. */
    void failed() {
        bytes = Math.max(SMALLEST, bytes / 4);
    }
}
