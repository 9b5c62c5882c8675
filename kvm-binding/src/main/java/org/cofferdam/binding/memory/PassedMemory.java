package org.cofferdam.binding.memory;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Libc;
import org.cofferdam.binding.socket.PassedDescriptor;

/**
 * A file of memory that a peer passed, mapped read-write and shared from its first byte.
 *
 * <p>The file is one of tmpfs or hugetlbfs (what memfd_create makes, too): a file of any other kind could be served by
 * the peer itself, and a read of it would wait for as long as the peer wants. It need not be sealed, so the peer may
 * cut it short: then an access is an {@code InternalError} of the JVM, at this access or at the next safepoint of the
 * thread. Nothing but get, set and {@link MemorySegment#copy} may touch it: code that the JVM has as an intrinsic stub
 * (CRC32C) would end the process.
 *
 * <p>Any thread may read and write the segment; closing is for when no other uses it any more.
 */
public final class PassedMemory implements AutoCloseable {
    // struct stat on x86-64
    private static final int STAT_BYTES = 144;
    private static final int STAT_SIZE = 48;
    private static final int STATFS_BYTES = 120;

    private final PassedDescriptor descriptor;
    private final long bytes;
    private final int seals;
    private final Arena arena;
    private final MemorySegment segment;

    private PassedMemory(PassedDescriptor descriptor, long bytes, long address) {
        this.descriptor = descriptor;
        this.bytes = bytes;
        this.seals = C.fcntl(descriptor.fd(), F_GET_SEALS, 0);
        this.arena = Arena.ofShared();
        this.segment =
                MemorySegment.ofAddress(address)
                        .reinterpret(bytes, arena, s -> C.munmap(s.address(), bytes));
    }

    /**
     * Maps the file's first bytes and takes the descriptor over.
     *
     * @param bytes how many, more than 0
     * @throws IllegalArgumentException if it is no file of memory, or shorter than that
     * @throws org.cofferdam.binding.NativeCallException if the kernel refuses (EACCES: not open for writing; EPERM:
     *     sealed against it). The descriptor is still the caller's in both cases
     */
    public static PassedMemory map(PassedDescriptor descriptor, long bytes) {
        int fd = descriptor.fd();
        if (!isMemory(fd)) {
            throw new IllegalArgumentException("the descriptor is no file of memory");
        }
        long size = size(fd);
        if (bytes <= 0 || size < bytes) {
            throw new IllegalArgumentException(
                    "the file has " + size + " bytes, and " + bytes + " are wanted");
        }
        long at = C.mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (at == -1) {
            throw Libc.failure("mmap", "a peer's memory, " + bytes);
        }
        return new PassedMemory(descriptor, bytes, at);
    }

    private static boolean isMemory(int fd) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment statfs = a.allocate(STATFS_BYTES, 8);
            if (C.fstatfs(fd, statfs.address()) != 0) {
                throw Libc.failure("fstatfs", "a peer's descriptor");
            }
            long kind = statfs.get(ValueLayout.JAVA_LONG, 0);
            return kind == TMPFS_MAGIC || kind == HUGETLBFS_MAGIC;
        }
    }

    private static long size(int fd) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment stat = a.allocate(STAT_BYTES, 8);
            if (C.fstat(fd, stat.address()) != 0) {
                throw Libc.failure("fstat", "a peer's memory");
            }
            return stat.get(ValueLayout.JAVA_LONG, STAT_SIZE);
        }
    }

    /** The mapping, from the file's first byte. */
    public MemorySegment segment() {
        return segment;
    }

    /** Bytes mapped. */
    public long size() {
        return bytes;
    }

    /** The seals that the file had (F_SEAL_…), or -1 if it cannot be sealed. */
    public int seals() {
        return seals;
    }

    /** Whether the file has become shorter than its mapping. One system call. */
    public boolean hasShrunk() {
        return size(descriptor.fd()) < bytes;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            descriptor.close();
        }
    }
}
