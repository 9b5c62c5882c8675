package org.cofferdam.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Wakes the writer thread, seldom and cheaply.
 *
 * <p>The protocol: the writer says how it sleeps, then looks once more, then sleeps; a producer publishes,
 * then looks how the writer sleeps. A full fence stands between the two steps on both sides, so at least
 * one of them sees the other. While records flow the writer dozes to the end of the group commit and a
 * producer leaves it alone unless its ring is a quarter full; only when nothing came for that long does it
 * park, without a timer, and the next record wakes it once.
 */
final class WriterBell {
    private static final int AWAKE = 0;
    private static final int DOZING = 1;
    private static final int PARKED = 2;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(WriterBell.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // through STATE
    private int state = AWAKE;

    private volatile Thread writer = Thread.currentThread();

    void belongsTo(Thread thread) {
        writer = thread;
    }

    /** Producer: after it published a record. Any thread, allocation-free. */
    void published(boolean aboveQuarter) {
        VarHandle.fullFence();
        int seen = (int) STATE.getOpaque(this);
        if (seen == PARKED || (seen == DOZING && aboveQuarter)) {
            wake();
        }
    }

    /** Ends the writer's sleep, whatever kind it is. Any thread. */
    void wake() {
        if ((int) STATE.getAndSet(this, AWAKE) != AWAKE) {
            LockSupport.unpark(writer);
        }
    }

    /** Ends also a {@link #pause}. Any thread. */
    void rouse() {
        wake();
        LockSupport.unpark(writer);
    }

    /** Writer: sleeps so long whatever producers do, unless {@code enough} and {@link #rouse}. */
    void pause(long nanos, BooleanSupplier enough) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !enough.getAsBoolean(); ) {
            LockSupport.parkNanos(this, left);
            left = until - System.nanoTime();
        }
    }

    /**
     * Writer: sleeps until woken. {@code work} is what the look once more looks for.
     *
     * @param most nanoseconds after which something is due anyhow; {@link Long#MAX_VALUE} sets no timer
     */
    void park(BooleanSupplier work, long most) {
        STATE.setVolatile(this, PARKED);
        VarHandle.fullFence();
        long begun = System.nanoTime();
        while ((int) STATE.getOpaque(this) == PARKED && !work.getAsBoolean()) {
            if (most == Long.MAX_VALUE) {
                LockSupport.park(this);
                continue;
            }
            long left = most - (System.nanoTime() - begun);
            if (left <= 0) {
                break;
            }
            LockSupport.parkNanos(this, left);
        }
        STATE.setVolatile(this, AWAKE);
    }

    /** Writer: sleeps at most so long; ends early when a ring fills or someone calls {@link #wake}. */
    void doze(long nanos, BooleanSupplier urgent) {
        STATE.setVolatile(this, DOZING);
        VarHandle.fullFence();
        long until = System.nanoTime() + nanos;
        long left = nanos;
        while (left > 0 && (int) STATE.getOpaque(this) == DOZING && !urgent.getAsBoolean()) {
            LockSupport.parkNanos(this, left);
            left = until - System.nanoTime();
        }
        STATE.setVolatile(this, AWAKE);
    }
}
