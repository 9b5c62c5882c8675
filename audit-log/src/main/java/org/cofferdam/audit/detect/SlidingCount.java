package org.cofferdam.audit.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A sum over a window that slides with the time of what is added, in eight steps: what is older than the window does not
 * count any more, and of the oldest eighth some may not. Time that goes back by more than the window begins it anew.
 */
final class SlidingCount implements SavedState {
    private static final int STEPS = 8;

    /** Sums stop here, so that no claimed count overflows one. */
    private static final long MOST = Long.MAX_VALUE / (2 * STEPS);

    private final long step;
    private final long[] sums = new long[STEPS];
    private final long[] firsts = new long[STEPS];
    private long newest = Long.MIN_VALUE;

    /** @param window in nanoseconds */
    SlidingCount(long window) {
        step = Math.max(1, window / STEPS);
    }

    /** Adds at a time and returns the sum of the window that ends with the latest time. */
    long add(long time, long amount) {
        long at = Math.floorDiv(time, step);
        if (newest == Long.MIN_VALUE || at < newest - STEPS || at > newest + STEPS) {
            Arrays.fill(sums, 0);
            newest = at;
        }
        for (; newest < at; newest++) {
            sums[(int) Math.floorMod(newest + 1, (long) STEPS)] = 0;
        }
        if (at > newest - STEPS) {
            int i = (int) Math.floorMod(at, (long) STEPS);
            firsts[i] = sums[i] == 0 ? time : Math.min(firsts[i], time);
            sums[i] = Math.min(MOST, sums[i] + Math.clamp(amount, 0, MOST));
        }
        long sum = 0;
        for (long s : sums) {
            sum += s;
        }
        return sum;
    }

    /** The time of the first that the window has; {@code otherwise} if it has none. */
    long began(long otherwise) {
        long first = otherwise;
        for (int i = 0; i < STEPS; i++) {
            first = sums[i] == 0 ? first : Math.min(first, firsts[i]);
        }
        return first;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(newest);
        for (int i = 0; i < STEPS; i++) {
            out.writeLong(sums[i]);
            out.writeLong(firsts[i]);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        newest = in.readLong();
        for (int i = 0; i < STEPS; i++) {
            sums[i] = Math.clamp(in.readLong(), 0, MOST);
            firsts[i] = in.readLong();
        }
    }
}
