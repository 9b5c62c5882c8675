package org.cofferdam.binding.event;

import static org.cofferdam.binding.libc.Constants.EFD_CLOEXEC;
import static org.cofferdam.binding.libc.Constants.EFD_NONBLOCK;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/** An eventfd(2) in counter mode, non-blocking. {@link #signal()} may be called from any thread. */
public final class EventFd implements AutoCloseable {
    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment one = arena.allocate(8, 8);
    private final MemorySegment read = arena.allocate(8, 8);
    private final long oneAddress = one.address();
    private final long readAddress = read.address();

    private EventFd(int fd) {
        this.fd = fd;
        one.set(ValueLayout.JAVA_LONG, 0, 1L);
    }

    /** Makes an eventfd whose counter is zero. */
    public static EventFd create() {
        int fd = C.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0) {
            throw Libc.failure("eventfd", "");
        }
        return new EventFd(fd);
    }

    /** The descriptor, owned by this object. */
    public int fd() {
        return fd;
    }

    /** Adds one to the counter, which wakes who waits for it. */
    public void signal() {
        // EAGAIN means that the counter is full: whoever waits is awake already.
        if (C.write(fd, oneAddress, 8) != 8 && Libc.errno() != Errno.EAGAIN.code()) {
            throw Libc.failure("write", "eventfd " + fd);
        }
    }

    /** Sets the counter to zero. One thread at a time. True if it was signalled since the last time. */
    public boolean drain() {
        return take() != 0;
    }

    /** Sets the counter to zero and returns what it was: how often it was signalled. One thread at a time. */
    public long take() {
        if (C.read(fd, readAddress, 8) == 8) {
            return read.get(ValueLayout.JAVA_LONG, 0);
        }
        int errno = Libc.errno();
        if (errno == Errno.EAGAIN.code() || errno == Errno.EINTR.code()) {
            return 0;
        }
        throw Libc.failure("read", "eventfd " + fd);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            C.close(fd);
        }
    }
}
