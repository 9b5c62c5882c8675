package org.cofferdam.binding.event;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * An epoll(7) set, level-triggered. It belongs to the thread that waits; {@link #await} allocates nothing.
 *
 * <p>struct epoll_event is packed on x86-64: 32 bits of events, then 64 bits of token.
 */
public final class Epoll implements AutoCloseable {
    public static final int IN = 0x001;
    public static final int OUT = 0x004;
    public static final int ERR = 0x008;
    public static final int HUP = 0x010;

    /** With {@link #IN}: told once for each time that it becomes so, EPOLLET; for a descriptor that nobody here reads. */
    public static final int EDGE = 1 << 31;

    private static final int EVENT_BYTES = 12;
    private static final ValueLayout.OfLong TOKEN = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt EVENTS = ValueLayout.JAVA_INT_UNALIGNED;

    private final int fd;
    private final int maxEvents;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment ready;
    private final MemorySegment timeout = arena.allocate(16, 8);
    private final MemorySegment change = arena.allocate(EVENT_BYTES, 8);

    private Epoll(int fd, int maxEvents) {
        this.fd = fd;
        this.maxEvents = maxEvents;
        this.ready = arena.allocate((long) maxEvents * EVENT_BYTES, 8);
    }

    /** Makes an empty set that tells at most {@code maxEvents} at a time. */
    public static Epoll create(int maxEvents) {
        int fd = C.epoll_create1(EPOLL_CLOEXEC);
        if (fd < 0) {
            throw Libc.failure("epoll_create1", "");
        }
        return new Epoll(fd, maxEvents);
    }

    /** The set's own descriptor, owned by this object. */
    public int fd() {
        return fd;
    }

    /** Adds a descriptor; {@code token} comes back with its events. */
    public void add(int watched, int events, long token) {
        control("EPOLL_CTL_ADD", EPOLL_CTL_ADD, watched, events, token);
    }

    /** Changes what is waited for. */
    public void modify(int watched, int events, long token) {
        control("EPOLL_CTL_MOD", EPOLL_CTL_MOD, watched, events, token);
    }

    /** Takes a descriptor out. */
    public void remove(int watched) {
        control("EPOLL_CTL_DEL", EPOLL_CTL_DEL, watched, 0, 0);
    }

    private void control(String name, int operation, int watched, int events, long token) {
        change.set(EVENTS, 0, events);
        change.set(TOKEN, 4, token);
        if (C.epoll_ctl(fd, operation, watched, change.address()) != 0) {
            throw Libc.failure("epoll_ctl", name + ", fd " + watched);
        }
    }

    /**
     * Waits until a descriptor is ready.
     *
     * @param timeoutNanos 0 does not wait, a negative value waits for ever
     * @return how many are ready; 0 when the time was over or a signal arrived
     */
    public int await(long timeoutNanos) {
        long at = 0;
        if (timeoutNanos >= 0) {
            timeout.set(ValueLayout.JAVA_LONG, 0, timeoutNanos / 1_000_000_000L);
            timeout.set(ValueLayout.JAVA_LONG, 8, timeoutNanos % 1_000_000_000L);
            at = timeout.address();
        }
        int n = C.epoll_pwait2(fd, ready.address(), maxEvents, at, 0);
        if (n >= 0) {
            return n;
        }
        if (Libc.errno() == Errno.EINTR.code()) {
            return 0;
        }
        throw Libc.failure("epoll_pwait2", "");
    }

    /** The token of the i-th ready descriptor. */
    public long token(int i) {
        return ready.get(TOKEN, (long) i * EVENT_BYTES + 4);
    }

    /** The events of the i-th ready descriptor. */
    public int events(int i) {
        return ready.get(EVENTS, (long) i * EVENT_BYTES);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            C.close(fd);
        }
    }
}
