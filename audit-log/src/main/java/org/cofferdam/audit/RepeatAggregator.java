package org.cofferdam.audit;

/**
 * Makes one record of crossings that repeat: the same type and first two values within 15 ms become a
 * record with their count and the times of the first and the last. For doorbells and exits, which come by
 * the thousand and say little one by one.
 *
 * <p>The source's own thread; allocation-free. It holds at most {@value #SLOTS} kinds back at a time. The
 * owner calls {@link #expire} on each pass of its loop and {@link #flush} before it sleeps or stops.
 * A record bears the time of the first crossing, so it can stand behind later ones of its source.
 */
public final class RepeatAggregator {
    private static final int SLOTS = 8;
    private static final long WINDOW_NANOS = 15_000_000;

    private final AuditSource source;
    private final CrossingType[] types = new CrossingType[SLOTS];
    private final long[] a = new long[SLOTS];
    private final long[] b = new long[SLOTS];
    private final long[] count = new long[SLOTS];
    private final long[] first = new long[SLOTS];
    private final long[] last = new long[SLOTS];
    private int used;

    /** Aggregates for {@code source}, whose thread is the only one to call this. */
    public RepeatAggregator(AuditSource source) {
        this.source = source;
    }

    /** Counts a crossing. False if the ring is full, and then it was not counted. */
    public boolean tryRecord(CrossingType type, long valueA, long valueB) {
        long now = source.now();
        for (int i = 0; i < used; i++) {
            if (a[i] == valueA && b[i] == valueB && types[i] == type) {
                if (now - first[i] < WINDOW_NANOS) {
                    count[i]++;
                    last[i] = now;
                    return true;
                }
                if (!write(i)) {
                    return false;
                }
                set(i, type, valueA, valueB, now);
                return true;
            }
        }
        int slot = used;
        if (slot == SLOTS) {
            slot = oldest();
            if (!write(slot)) {
                return false;
            }
        } else {
            used++;
        }
        set(slot, type, valueA, valueB, now);
        return true;
    }

    /** Writes what was held back for 15 ms. False if the ring is full; call again. */
    public boolean expire() {
        return used == 0 || writeThose(source.now() - WINDOW_NANOS);
    }

    /** Writes all that is held back. False if the ring is full; call again. */
    public boolean flush() {
        return used == 0 || writeThose(Long.MAX_VALUE);
    }

    private boolean writeThose(long notAfter) {
        for (int i = used - 1; i >= 0; i--) {
            if (first[i] <= notAfter) {
                if (!write(i)) {
                    return false;
                }
                used--;
                set(i, types[used], a[used], b[used], first[used]);
                count[i] = count[used];
                last[i] = last[used];
            }
        }
        return true;
    }

    private boolean write(int i) {
        return source.tryAggregate(types[i], count[i], first[i], last[i], a[i], b[i], 0, 0, 0, 0);
    }

    private void set(int i, CrossingType type, long valueA, long valueB, long now) {
        types[i] = type;
        a[i] = valueA;
        b[i] = valueB;
        count[i] = 1;
        first[i] = now;
        last[i] = now;
    }

    private int oldest() {
        int oldest = 0;
        for (int i = 1; i < used; i++) {
            if (first[i] < first[oldest]) {
                oldest = i;
            }
        }
        return oldest;
    }
}
