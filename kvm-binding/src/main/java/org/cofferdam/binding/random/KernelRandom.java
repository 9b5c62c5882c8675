package org.cofferdam.binding.random;

import static org.cofferdam.binding.libc.Constants.SYS_GETRANDOM;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/** Random bytes from the kernel's generator. Any thread. */
public final class KernelRandom {
    /** Up to this length the kernel gives all or nothing, and no signal interrupts it: getrandom(2). */
    private static final int ALL_OR_NOTHING = 256;

    private KernelRandom() {}

    /**
     * Fills the array.
     *
     * @throws NativeCallException if the kernel refuses, as it does where a filter forbids the call
     */
    public static void fill(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            int most = Math.min(bytes.length, ALL_OR_NOTHING);
            MemorySegment memory = arena.allocate(most);
            for (int at = 0; at < bytes.length; at += most) {
                int wanted = Math.min(most, bytes.length - at);
                take(memory, wanted);
                MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, bytes, at, wanted);
            }
        }
    }

    private static void take(MemorySegment memory, int bytes) {
        long got = C.syscall(SYS_GETRANDOM, memory.address(), bytes, 0, 0, 0);
        while (got < 0
                && Libc.errno()
                        == Errno.EINTR.code()) { // only while the pool is not ready, at boot
            got = C.syscall(SYS_GETRANDOM, memory.address(), bytes, 0, 0, 0);
        }
        if (got != bytes) {
            throw Libc.failure("getrandom", bytes + " bytes");
        }
    }
}
