package org.cofferdam.monitor.domain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long things took: counts by powers of two, from 1 µs to more than a minute. One thread adds, allocation-free; any
 * may read, and sees each count go up only.
 */
public final class Durations {
    /** Bucket i holds what took less than 2^(i + 10) ns and no less than half of that; the last one all the rest. */
    public static final int FIRST_EXPONENT = 10;

    /** How many buckets there are. */
    public static final int BUCKETS = 28;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    // The buckets, then the sum of all nanoseconds.
    private final long[] values = new long[BUCKETS + 1];

    /** Adds one; less than nothing counts as nothing. */
    public void add(long nanos) {
        long took = Math.max(0, nanos);
        int exponent = Long.SIZE - Long.numberOfLeadingZeros(took);
        int bucket = Math.clamp(exponent - FIRST_EXPONENT, 0, BUCKETS - 1);
        LONGS.setOpaque(values, bucket, values[bucket] + 1);
        LONGS.setOpaque(values, BUCKETS, values[BUCKETS] + took);
    }

    /** How many fell into a bucket. */
    public long count(int bucket) {
        return (long) LONGS.getOpaque(values, bucket);
    }

    /** All together, in nanoseconds. */
    public long sumNanos() {
        return (long) LONGS.getOpaque(values, BUCKETS);
    }
}
