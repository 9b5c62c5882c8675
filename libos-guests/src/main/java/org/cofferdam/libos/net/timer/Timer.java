package org.cofferdam.libos.net.timer;

import org.jspecify.annotations.Nullable;

/** Something that a {@link TimerWheel} calls when its time has come. It is on one wheel at most. */
public abstract class Timer {
    @Nullable Timer previous;
    @Nullable Timer next;
    long tick;
    int slot = TimerWheel.NOWHERE;

    /** Called once on the thread that turns the wheel; the timer is off the wheel then and may be put on again. */
    protected abstract void expired(long now);

    /** Whether it is on a wheel. */
    public final boolean isScheduled() {
        return slot != TimerWheel.NOWHERE;
    }
}
