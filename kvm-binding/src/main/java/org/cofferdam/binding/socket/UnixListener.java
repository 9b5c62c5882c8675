package org.cofferdam.binding.socket;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * A socket in the file system that others connect to. Non-blocking; one thread at a time. It neither makes its folder
 * nor removes its file, and the file's mode is what the umask leaves: who must not connect is kept out by the folder
 * until the mode is set.
 */
public final class UnixListener implements AutoCloseable {
    private final int fd;
    private boolean open = true;

    private UnixListener(int fd) {
        this.fd = fd;
    }

    /**
     * Binds and listens.
     *
     * @param place must not exist
     * @param backlog how many may wait to be accepted; those beyond wait in connect(2) or are told EAGAIN
     * @throws org.cofferdam.binding.NativeCallException when the kernel refuses
     */
    public static UnixListener bind(Path place, int backlog) {
        int fd = UnixStream.socket();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = UnixAddress.of(arena, place);
            if (C.bind(fd, address.address(), (int) address.byteSize()) != 0) {
                throw Libc.failure("bind", place.toString());
            }
            if (C.listen(fd, backlog) != 0) {
                throw Libc.failure("listen", place.toString());
            }
            return new UnixListener(fd);
        } catch (RuntimeException e) {
            C.close(fd);
            throw e;
        }
    }

    /** The descriptor, owned by this object; readable when somebody waits. */
    public int fd() {
        return fd;
    }

    /** The next who waits; empty if nobody does. */
    public Optional<UnixStream> accept() {
        int peer = C.accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (peer >= 0) {
            return Optional.of(new UnixStream(peer));
        }
        int errno = Libc.errno();
        if (errno == Errno.EAGAIN.code()
                || errno == Errno.EINTR.code()
                || errno == Errno.ECONNABORTED.code()) {
            return Optional.empty();
        }
        throw Libc.failure("accept4", "");
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.close(fd);
        }
    }
}
