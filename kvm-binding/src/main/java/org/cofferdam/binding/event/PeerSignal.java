package org.cofferdam.binding.event;

import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.socket.PassedDescriptor;

/**
 * An eventfd that a peer passed and waits on. The peer has the same open file: it can fill the counter and make the
 * file blocking again whenever it likes, and then {@link #ring} waits for as long as the peer wants. So only a thread
 * that serves this one peer may ring.
 */
public final class PeerSignal implements AutoCloseable {
    private final PassedDescriptor descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment one = arena.allocate(8, 8);

    private PeerSignal(PassedDescriptor descriptor) {
        this.descriptor = descriptor;
        one.set(ValueLayout.JAVA_LONG, 0, 1L);
    }

    /**
     * Takes a descriptor over.
     *
     * @throws IllegalArgumentException if it is no eventfd; it is still the caller's then
     */
    public static PeerSignal of(PassedDescriptor descriptor) {
        if (!descriptor.isEventFd()) {
            throw new IllegalArgumentException("the descriptor is no eventfd");
        }
        return new PeerSignal(descriptor);
    }

    /** The descriptor, to wait on; owned by this object. Nobody may read it. */
    public int fd() {
        return descriptor.fd();
    }

    /** Wakes the peer; may block. A failure is the peer's own business and is passed over. */
    public void ring() {
        long ignored = C.write(descriptor.fd(), one.address(), 8);
        assert ignored <= 8;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            descriptor.close();
        }
    }
}
