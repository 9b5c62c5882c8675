package org.cofferdam.binding.privilege;

import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
}
