package org.cofferdam.binding.thread;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Libc;

/** The calling platform thread as the kernel sees it. Must not be used from virtual threads. */
public final class NativeThread {
    private static final int KERNEL_CPU_SET_BYTES = 128;

    private NativeThread() {}

    /** The kernel's id of this thread, gettid(2). */
    public static int id() {
        return (int) C.syscall(SYS_GETTID, 0, 0, 0, 0, 0);
    }

    /** Sets this thread's nice value: -20 (first) to 19 (last). */
    public static void setNice(int nice) {
        if (C.setpriority(PRIO_PROCESS, id(), nice) != 0) {
            throw Libc.failure("setpriority", "PRIO_PROCESS, " + nice);
        }
    }

    /** Holds this thread on one processor. */
    public static void pin(int cpu) {
        if (cpu < 0 || cpu >= KERNEL_CPU_SET_BYTES * 8) {
            throw new IllegalArgumentException("no such processor: " + cpu);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(KERNEL_CPU_SET_BYTES, 8);
            mask.set(ValueLayout.JAVA_BYTE, cpu / 8, (byte) (1 << (cpu % 8)));
            if (C.sched_setaffinity(0, KERNEL_CPU_SET_BYTES, mask.address()) != 0) {
                throw Libc.failure("sched_setaffinity", "cpu " + cpu);
            }
        }
    }
}
