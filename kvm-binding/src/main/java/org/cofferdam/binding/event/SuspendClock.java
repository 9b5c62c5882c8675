package org.cofferdam.binding.event;

import static org.cofferdam.binding.libc.Constants.CLOCK_BOOTTIME;
import static org.cofferdam.binding.libc.Constants.CLOCK_MONOTONIC;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Libc;

/**
 * Tells how long the machine has slept (suspend to RAM or idle) since it booted: what CLOCK_BOOTTIME counts and
 * CLOCK_MONOTONIC does not, clock_gettime(2). One thread.
 */
public final class SuspendClock implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment timespec = arena.allocate(16, 8);

    /** Nanoseconds; two answers without a sleep between differ by the time between two system calls. */
    public long sleptNanos() {
        return nanos(CLOCK_BOOTTIME) - nanos(CLOCK_MONOTONIC);
    }

    private long nanos(int clock) {
        if (C.clock_gettime(clock, timespec.address()) != 0) {
            throw Libc.failure("clock_gettime", Integer.toString(clock));
        }
        return timespec.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L
                + timespec.get(ValueLayout.JAVA_LONG, 8);
    }

    @Override
    public void close() {
        arena.close();
    }
}
