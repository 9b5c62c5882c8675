package org.cofferdam.binding.file;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/**
 * A regular file that is written at offsets, or a directory that is open to be synced. One thread at a time, but for
 * {@link #syncData}, which another may call meanwhile; memory passed in must be native.
 *
 * <p>Space is reserved by {@link #allocate} before it is written, so that a full disk is an {@code ENOSPC}
 * there and nowhere else.
 */
public final class NativeFile implements AutoCloseable {
    private final int fd;
    private final String path;
    private boolean open = true;

    private NativeFile(int fd, String path) {
        this.fd = fd;
        this.path = path;
    }

    /** Creates a file that must not exist, for reading and writing, with the given mode. */
    public static NativeFile create(Path path, int mode) {
        return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    }

    /** Opens a file that exists. */
    public static NativeFile open(Path path, boolean writable) {
        return open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC, 0);
    }

    private static NativeFile open(Path path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = C.open(Libc.string(arena, path.toString()).address(), flags, mode);
            if (fd < 0) {
                throw Libc.failure("open", path.toString());
            }
            return new NativeFile(fd, path.toString());
        }
    }

    /** The descriptor, owned by this object. */
    public int fd() {
        return fd;
    }

    /** The present size in bytes. */
    public long size() {
        long size = C.lseek(fd, 0, SEEK_END);
        if (size < 0) {
            throw Libc.failure("lseek", path);
        }
        return size;
    }

    /** Reserves disk space for a range and makes the file that long at least, fallocate(2). */
    public void allocate(long offset, long length) {
        while (C.fallocate(fd, 0, offset, length) != 0) {
            if (Libc.errno() != Errno.EINTR.code()) {
                throw Libc.failure("fallocate", path + ", " + offset + ", " + length);
            }
        }
    }

    /** Sets the size; what lies behind is given back. */
    public void truncate(long size) {
        if (C.ftruncate(fd, size) != 0) {
            throw Libc.failure("ftruncate", path + ", " + size);
        }
    }

    /**
     * Writes all of a range of {@code source} at {@code fileOffset}.
     *
     * @return {@code length}
     * @throws NativeCallException also when only a part could be written
     */
    public int write(MemorySegment source, long sourceOffset, int length, long fileOffset) {
        long from = source.asSlice(sourceOffset, length).address();
        int done = 0;
        while (done < length) {
            long n = C.pwrite(fd, from + done, length - done, fileOffset + done);
            if (n > 0) {
                done += (int) n;
            } else if (n == 0 || Libc.errno() != Errno.EINTR.code()) {
                throw Libc.failure("pwrite", path + ", " + (length - done) + " bytes");
            }
        }
        return done;
    }

    /** Reads up to {@code length} bytes at {@code fileOffset}; fewer only at the end of the file. */
    public int read(MemorySegment target, long targetOffset, int length, long fileOffset) {
        long to = target.asSlice(targetOffset, length).address();
        int done = 0;
        while (done < length) {
            long n = C.pread(fd, to + done, length - done, fileOffset + done);
            if (n > 0) {
                done += (int) n;
            } else if (n == 0) {
                break;
            } else if (Libc.errno() != Errno.EINTR.code()) {
                throw Libc.failure("pread", path);
            }
        }
        return done;
    }

    /** Returns when what was written is on the device, fdatasync(2). */
    public void syncData() {
        if (C.fdatasync(fd) != 0) {
            throw Libc.failure("fdatasync", path);
        }
    }

    /** Returns when contents and all that describes them are on the device, fsync(2); for a directory, its names. */
    public void syncAll() {
        if (C.fsync(fd) != 0) {
            throw Libc.failure("fsync", path);
        }
    }

    /** Takes the exclusive advisory lock of the file, or returns false if another process has it. */
    public boolean tryLock() {
        if (C.flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        if (Libc.errno() == Errno.EAGAIN.code()) {
            return false;
        }
        throw Libc.failure("flock", path);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.close(fd);
        }
    }
}
