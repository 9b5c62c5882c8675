package org.cofferdam.binding.vfio;

import static org.cofferdam.binding.libc.Constants.O_CLOEXEC;
import static org.cofferdam.binding.libc.Constants.O_RDWR;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Libc;

/** What the calls of this package have in common: structures that begin with their size. */
final class VfioCall {
    /** More than any structure with its capabilities needs; the kernel says so if it is not. */
    private static final int MOST_BYTES = 1 << 16;

    private VfioCall() {}

    /** A structure of {@code bytes} zeroes, but for argsz. */
    static MemorySegment argument(Arena arena, int bytes) {
        MemorySegment s = arena.allocate(bytes, 8);
        s.set(ValueLayout.JAVA_INT, 0, bytes);
        return s;
    }

    /** ioctl(2), or an exception. Returns what the kernel answers. */
    static int ioctl(int fd, long request, long argument, String detail) {
        int answer = C.ioctl(fd, request, argument);
        if (answer < 0) {
            throw Libc.failure("ioctl", detail);
        }
        return answer;
    }

    /**
     * Asks for a structure with capabilities behind it: once for the size, once more if it is larger.
     *
     * @param bytes of the structure itself
     * @param index what stands in the third word, of those structures that have an index there
     */
    static MemorySegment infoWithCapabilities(
            Arena arena, int fd, long request, int bytes, int index, String detail) {
        MemorySegment s = argument(arena, bytes);
        s.set(ValueLayout.JAVA_INT, 8, index);
        ioctl(fd, request, s.address(), detail);
        int needed = s.get(ValueLayout.JAVA_INT, 0);
        if (needed <= bytes) {
            return s;
        }
        if (needed > MOST_BYTES) {
            throw new IllegalStateException(detail + ": the kernel wants " + needed + " bytes");
        }
        MemorySegment all = argument(arena, needed);
        all.set(ValueLayout.JAVA_INT, 8, index);
        ioctl(fd, request, all.address(), detail);
        return all;
    }

    static int open(String path) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = C.open(Libc.string(arena, path).address(), O_RDWR | O_CLOEXEC, 0);
            if (fd < 0) {
                throw Libc.failure("open", path);
            }
            return fd;
        }
    }
}
