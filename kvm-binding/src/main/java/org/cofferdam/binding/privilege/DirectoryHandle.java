package org.cofferdam.binding.privilege;

import static org.cofferdam.binding.libc.Constants.O_CLOEXEC;
import static org.cofferdam.binding.libc.Constants.O_DIRECTORY;
import static org.cofferdam.binding.libc.Constants.O_PATH;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.cofferdam.binding.libc.Libc;

/** A directory held open, so that it can be reached later by a user who may not pass through its parents. */
public final class DirectoryHandle implements AutoCloseable {
    private final int fd;

    private DirectoryHandle(int fd) {
        this.fd = fd;
    }

    /** Opens a directory that exists. */
    public static DirectoryHandle open(Path directory) {
        try (Arena arena = Arena.ofConfined()) {
            int fd =
                    C.open(
                            Libc.string(arena, directory.toString()).address(),
                            O_PATH | O_DIRECTORY | O_CLOEXEC,
                            0);
            if (fd < 0) {
                throw Libc.failure("open", directory.toString());
            }
            return new DirectoryHandle(fd);
        }
    }

    /** The way to it for this process. */
    public Path path() {
        return Path.of("/proc/self/fd/" + fd);
    }

    @Override
    public void close() {
        C.close(fd);
    }
}
