package org.cofferdam.binding.privilege;

import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/** A descriptor that this process was started with, by its number. */
public final class InheritedDescriptor {
    private final int fd;

    public InheritedDescriptor(int fd) {
        this.fd = fd;
    }

    /** Blocks until the other side is gone; what it says before that is passed over. Any thread. */
    public void awaitEnd() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment byteRead = arena.allocate(1);
            long n;
            do {
                n = C.read(fd, byteRead.address(), 1);
            } while (n > 0 || (n < 0 && Libc.errno() == Errno.EINTR.code()));
        }
    }

    /**
     * Sends one packet of 32-bit words and waits for the answer of one word.
     *
     * @throws NativeCallException if the other side is gone
     */
    public synchronized int ask(int... words) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocateFrom(ValueLayout.JAVA_INT, words);
            MemorySegment answer = arena.allocate(4, 4);
            if (C.write(fd, request.address(), request.byteSize()) != request.byteSize()) {
                throw Libc.failure("write", "to the starter");
            }
            long n;
            do {
                n = C.read(fd, answer.address(), 4);
            } while (n < 0 && Libc.errno() == Errno.EINTR.code());
            if (n != 4) {
                throw new NativeCallException(
                        "read", n < 0 ? Libc.errno() : Errno.EPIPE.code(), "from the starter");
            }
            return answer.get(ValueLayout.JAVA_INT, 0);
        }
    }
}
