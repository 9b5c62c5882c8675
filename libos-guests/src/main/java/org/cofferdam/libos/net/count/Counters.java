package org.cofferdam.libos.net.count;

import java.util.concurrent.atomic.AtomicLongArray;

/** The values of all counters of one stack. The stack's thread adds, any thread reads. Allocation-free. */
public final class Counters {
    private final AtomicLongArray values = new AtomicLongArray(Counter.values().length);

    /** Adds one. */
    public void add(Counter counter) {
        add(counter, 1);
    }

    /** Adds more. */
    public void add(Counter counter, long more) {
        // One writer: a plain read and an opaque write are enough, and cost no fence.
        int at = counter.index();
        values.setOpaque(at, values.getPlain(at) + more);
    }

    /** The value now. */
    public long get(Counter counter) {
        return values.getOpaque(counter.index());
    }

    /** Those that are not zero, one a line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Counter counter : Counter.values()) {
            if (get(counter) != 0) {
                text.append(counter).append(' ').append(get(counter)).append('\n');
            }
        }
        return text.toString();
    }
}
