package org.cofferdam.libos.net.timer;

import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel (Varghese and Lauck, 1987, scheme 6): a timer hangs in the slot of its tick modulo the number of
 * slots, in a doubly linked list, so it is put on and taken off in constant time. A timer further away than one turn
 * stays where it is until its turn comes.
 *
 * <p>Ticks are of 1.05 ms (2^20 ns); a timer never fires early, and at most one tick late once the wheel is turned. One
 * thread, allocation-free.
 */
public final class TimerWheel {
    /** Nothing is scheduled: see {@link #nextExpiry}. */
    public static final long NEVER = Long.MAX_VALUE;

    static final int NOWHERE = -1;

    private static final int TICK_SHIFT = 20;
    private static final int SLOTS = 1024;
    private static final int EXPIRING = SLOTS;

    private final @Nullable Timer[] heads = new @Nullable Timer[SLOTS + 1];
    private final long start;
    private long tick;
    private int size;

    /**
     * An empty wheel.
     *
     * @param now the time in nanoseconds of the clock that will turn it
     */
    public TimerWheel(long now) {
        this.start = now;
    }

    /** Puts a timer on, or moves it; it fires when the wheel is turned to {@code deadline} or later. */
    public void schedule(Timer timer, long deadline) {
        cancel(timer);
        long wanted = (deadline - start + (1L << TICK_SHIFT) - 1) >> TICK_SHIFT;
        timer.tick = Math.max(wanted, tick + 1);
        link(timer, (int) (timer.tick & (SLOTS - 1)));
        size++;
    }

    /** Takes a timer off, if it is on. */
    public void cancel(Timer timer) {
        if (timer.slot != NOWHERE) {
            unlink(timer);
            size--;
        }
    }

    /** Fires what is due. Returns how many fired. */
    public int turn(long now) {
        long until = (now - start) >> TICK_SHIFT;
        if (until <= tick || size == 0) {
            tick = Math.max(tick, until);
            return 0;
        }
        int fired = 0;
        // After a long pause one turn over all slots finds everything that is due.
        long first = Math.max(tick + 1, until - SLOTS + 1);
        tick = until;
        for (long at = first; at <= until; at++) {
            collect((int) (at & (SLOTS - 1)), until);
            Timer timer;
            // What fires may cancel or schedule any timer, also one that is about to fire.
            while ((timer = heads[EXPIRING]) != null) {
                cancel(timer);
                timer.expired(now);
                fired++;
            }
        }
        return fired;
    }

    private void collect(int slot, long until) {
        Timer timer = heads[slot];
        while (timer != null) {
            Timer after = timer.next;
            if (timer.tick <= until) {
                unlink(timer);
                link(timer, EXPIRING);
            }
            timer = after;
        }
    }

    /** The time of the next timer in nanoseconds, or {@link #NEVER}. For who is about to sleep: looks at the slots. */
    public long nextExpiry() {
        if (size == 0) {
            return NEVER;
        }
        long nearest = NEVER;
        for (int i = 1; i <= SLOTS; i++) {
            for (Timer t = heads[(int) ((tick + i) & (SLOTS - 1))]; t != null; t = t.next) {
                nearest = Math.min(nearest, t.tick);
            }
            if (nearest <= tick + i) {
                break;
            }
        }
        return start + (nearest << TICK_SHIFT);
    }

    /** How many timers are on. */
    public int size() {
        return size;
    }

    private void link(Timer timer, int slot) {
        Timer head = heads[slot];
        timer.previous = null;
        timer.next = head;
        timer.slot = slot;
        if (head != null) {
            head.previous = timer;
        }
        heads[slot] = timer;
    }

    private void unlink(Timer timer) {
        if (timer.previous == null) {
            heads[timer.slot] = timer.next;
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = NOWHERE;
    }
}
