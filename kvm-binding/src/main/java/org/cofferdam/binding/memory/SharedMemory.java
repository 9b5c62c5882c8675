package org.cofferdam.binding.memory;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Libc;

/**
 * A memfd(2) file of fixed size, mapped read-write and shared: the memory of a domain, or a window of
 * registers that a domain sees.
 *
 * <p>The file is sealed against shrinking and growing, so the mapping cannot fault. Any thread may read and
 * write {@link #segment()}; it is an error to touch it after {@link #close()}, and the JVM refuses it.
 */
public final class SharedMemory implements MappedMemory, AutoCloseable {
    private final int fd;
    private final long size;
    private final long address;
    private final Arena arena;
    private final MemorySegment segment;

    private SharedMemory(int fd, long size, long address) {
        this.fd = fd;
        this.size = size;
        this.address = address;
        this.arena = Arena.ofShared();
        this.segment =
                MemorySegment.ofAddress(address)
                        .reinterpret(size, arena, s -> C.munmap(s.address(), size));
    }

    /**
     * Makes zeroed memory.
     *
     * @param name shown in /proc/PID/maps
     * @param bytes a positive multiple of 4096
     */
    public static SharedMemory create(String name, long bytes) {
        return create(name, bytes, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }

    /**
     * Makes zeroed memory of huge pages (2 MiB), which the machine must have set aside (vm.nr_hugepages); without
     * enough of them, of ordinary ones.
     *
     * @param bytes a positive multiple of 2 MiB
     */
    public static SharedMemory createLarge(String name, long bytes) {
        try {
            return create(
                    name, bytes, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | MFD_HUGE_2MB);
        } catch (NativeCallException noHugePages) {
            // Reserved by mmap, not at the first touch: a shortage shows here and nowhere else
            // (mmap(2)).
            return create(name, bytes);
        }
    }

    private static SharedMemory create(String name, long bytes, int flags) {
        if (bytes <= 0 || (bytes & 4095) != 0) {
            throw new IllegalArgumentException("not a positive number of pages: " + bytes);
        }
        int fd;
        try (Arena a = Arena.ofConfined()) {
            fd = C.memfd_create(Libc.string(a, name).address(), flags);
        }
        if (fd < 0) {
            throw Libc.failure("memfd_create", name);
        }
        try {
            if (C.ftruncate(fd, bytes) != 0) {
                throw Libc.failure("ftruncate", name + ", " + bytes);
            }
            if (C.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
                throw Libc.failure("fcntl", "F_ADD_SEALS, " + name);
            }
            long at = C.mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (at == -1) {
                throw Libc.failure("mmap", name + ", " + bytes);
            }
            return new SharedMemory(fd, bytes, at);
        } catch (RuntimeException e) {
            C.close(fd);
            throw e;
        }
    }

    /**
     * Maps memory that this process was started with; whoever made it has sealed it.
     *
     * @param fd its number; this object's own from now on
     * @param bytes as long as it is
     */
    public static SharedMemory inherited(int fd, long bytes) {
        long at = C.mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (at == -1) {
            throw Libc.failure("mmap", "descriptor " + fd + ", " + bytes);
        }
        return new SharedMemory(fd, bytes, at);
    }

    /** The memfd, owned by this object. */
    public int fd() {
        return fd;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long address() {
        return address;
    }

    /** The whole mapping. */
    public MemorySegment segment() {
        return segment;
    }

    /** Gives the pages of a range back to the kernel; they read as zero again. Whole pages only. */
    public void clear(long offset, long length) {
        if (offset < 0
                || length <= 0
                || ((offset | length) & 4095) != 0
                || offset > size - length) {
            throw new IllegalArgumentException("not a range of pages: " + offset + "+" + length);
        }
        if (C.fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) != 0) {
            throw Libc.failure("fallocate", "PUNCH_HOLE, " + offset + ", " + length);
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            C.close(fd);
        }
    }
}
