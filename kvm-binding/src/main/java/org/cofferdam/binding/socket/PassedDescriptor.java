package org.cofferdam.binding.socket;

import static org.cofferdam.binding.libc.Libc.C;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A descriptor that a peer passed: of any kind until it is asked. Whoever has the object owns the descriptor and
 * closes it, or hands it on ({@link #release}).
 *
 * <p>The peer keeps the same open file and may change its flags and its place at any time; so nothing here reads it or
 * relies on its being non-blocking.
 */
public final class PassedDescriptor implements AutoCloseable {
    private final int fd;
    private boolean owned = true;

    PassedDescriptor(int fd) {
        this.fd = fd;
    }

    /** The number, for calls of this module and to wait on. */
    public int fd() {
        return fd;
    }

    /** Whether it is an eventfd(2): by the kernel's own description, since there is no call to ask. */
    public boolean isEventFd() {
        try {
            return Files.readString(Path.of("/proc/self/fdinfo/" + fd)).contains("eventfd-count:");
        } catch (IOException e) {
            return false;
        }
    }

    /** Gives the descriptor to the caller, who closes it from now on. */
    public int release() {
        owned = false;
        return fd;
    }

    @Override
    public void close() {
        if (owned) {
            owned = false;
            C.close(fd);
        }
    }
}
