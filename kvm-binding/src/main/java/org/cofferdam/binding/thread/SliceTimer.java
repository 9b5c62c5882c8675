package org.cofferdam.binding.thread;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Libc;

/**
 * A periodic timer whose signal interrupts one thread, so that a vCPU that runs on comes back from KVM_RUN
 * with EINTR.
 *
 * <p>The signal's handler is libc's {@code abs}: it takes an int, does nothing that lasts, and is safe at any
 * point, which a Java upcall is not. The signal goes to the thread that made the timer (SIGEV_THREAD_ID), and
 * repeats, so one that arrives just before KVM_RUN is followed by another. All methods belong to that thread,
 * but for {@link #close()}.
 */
public final class SliceTimer implements AutoCloseable {
    /** Used by nothing else in the JVM: 12 is not safe, 32 and 33 are libc's own. */
    static final int SIGNAL = 40;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment setting = arena.allocate(32, 8);
    private final long settingAddress = setting.address();
    private final long timer;
    private long interval;

    private SliceTimer(long timer) {
        this.timer = timer;
    }

    /** Makes a stopped timer for the calling thread and installs the handler. */
    public static SliceTimer create() {
        installHandler();
        try (Arena a = Arena.ofConfined()) {
            MemorySegment event = a.allocate(64, 8); // struct sigevent
            event.set(ValueLayout.JAVA_INT, 8, SIGNAL);
            event.set(ValueLayout.JAVA_INT, 12, SIGEV_THREAD_ID);
            event.set(ValueLayout.JAVA_INT, 16, NativeThread.id());
            MemorySegment id = a.allocate(8, 8);
            if (C.timer_create(CLOCK_MONOTONIC, event.address(), id.address()) != 0) {
                throw Libc.failure("timer_create", "CLOCK_MONOTONIC, SIGEV_THREAD_ID");
            }
            return new SliceTimer(id.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** SA_RESTART is left out: KVM_RUN must come back. */
    static void installHandler() {
        long abs =
                Linker.nativeLinker()
                        .defaultLookup()
                        .find("abs")
                        .orElseThrow(() -> new IllegalStateException("libc has no abs"))
                        .address();
        try (Arena a = Arena.ofConfined()) {
            MemorySegment action =
                    a.allocate(152, 8); // struct sigaction: handler, mask, flags, restorer
            action.set(ValueLayout.JAVA_LONG, 0, abs);
            if (C.sigaction(SIGNAL, action.address(), 0) != 0) {
                throw Libc.failure("sigaction", "signal " + SIGNAL);
            }
        }
    }

    /** Interrupts the thread every {@code nanos}, or no more if 0. Without effect if that is so already. */
    public void every(long nanos) {
        if (nanos == interval) {
            return;
        }
        for (int i = 0; i < 2; i++) { // it_interval, it_value
            setting.set(ValueLayout.JAVA_LONG, i * 16L, nanos / 1_000_000_000L);
            setting.set(ValueLayout.JAVA_LONG, i * 16L + 8, nanos % 1_000_000_000L);
        }
        if (C.timer_settime(timer, 0, settingAddress, 0) != 0) {
            throw Libc.failure("timer_settime", nanos + " ns");
        }
        interval = nanos;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            C.timer_delete(timer);
            arena.close();
        }
    }
}
