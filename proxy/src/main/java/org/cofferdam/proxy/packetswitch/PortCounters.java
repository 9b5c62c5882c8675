package org.cofferdam.proxy.packetswitch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One port's counters. The switch's thread is the only writer; any thread may read, and sees each counter go up only.
 */
public final class PortCounters {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] values = new long[PortCounter.values().length];
    private final long[] taken = new long[Verdict.count()];
    private final long[] given = new long[Verdict.count()];

    /** One counter. */
    public long get(PortCounter counter) {
        return (long) LONGS.getOpaque(values, counter.index());
    }

    /** Frames taken from the port that got this verdict. */
    public long taken(Verdict verdict) {
        return (long) LONGS.getOpaque(taken, verdict.code());
    }

    /** Frames meant for the port that got this verdict from it. */
    public long given(Verdict verdict) {
        return (long) LONGS.getOpaque(given, verdict.code());
    }

    void add(PortCounter counter, long amount) {
        add(values, counter.index(), amount);
    }

    void addTaken(Verdict verdict) {
        add(taken, verdict.code(), 1);
    }

    void addGiven(Verdict verdict) {
        add(given, verdict.code(), 1);
    }

    private static void add(long[] array, int index, long amount) {
        LONGS.setOpaque(array, index, array[index] + amount);
    }
}
