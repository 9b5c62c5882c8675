package org.cofferdam.binding.privilege;

import static org.cofferdam.binding.libc.Constants.F_DUPFD_CLOEXEC;
import static org.cofferdam.binding.libc.Constants.SYS_CLOSE_RANGE;
import static org.cofferdam.binding.libc.Libc.C;

import java.util.Arrays;
import org.cofferdam.binding.libc.Libc;

/** The descriptors of this process, whoever opened them. */
public final class OpenDescriptors {
    private OpenDescriptors() {}

    /**
     * Closes all but some, also those that the JVM and its libraries keep: what was mapped from them stays mapped, what
     * would be read from them cannot be read any more.
     *
     * @param kept their numbers
     * @throws org.cofferdam.binding.NativeCallException if the kernel has no close_range(2)
     */
    public static void closeAllBut(int... kept) {
        int[] sorted = Arrays.stream(kept).sorted().distinct().toArray();
        int from = 0;
        for (int fd : sorted) {
            close(from, fd - 1L);
            from = fd + 1;
        }
        close(from, 0xffff_ffffL);
    }

    private static void close(long first, long last) {
        if (first <= last && C.syscall(SYS_CLOSE_RANGE, first, last, 0, 0, 0) != 0) {
            throw Libc.failure("close_range", first + " to " + last);
        }
    }

    /** Another descriptor of the same open file, closed by exec. */
    public static int duplicate(int fd) {
        int other = C.fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (other < 0) {
            throw Libc.failure("fcntl", "F_DUPFD_CLOEXEC, " + fd);
        }
        return other;
    }

    /** Closes one. */
    public static void close(int fd) {
        if (C.close(fd) != 0) {
            throw Libc.failure("close", "descriptor " + fd);
        }
    }
}
