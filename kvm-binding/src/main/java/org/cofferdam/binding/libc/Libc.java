package org.cofferdam.binding.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Runtime;
import org.cofferdam.binding.NativeCallException;

/**
 * libc. Addresses and sizes are {@code long}; a failing call returns -1 and leaves its error number for
 * {@link #errno()} on the same thread.
 */
public interface Libc {
    /** The one instance; loading it proves that six integer arguments arrive. */
    Libc C = load();

    int open(long path, int flags, int mode);

    int close(int fd);

    long read(int fd, long buffer, long length);

    long write(int fd, long buffer, long length);

    long pread(int fd, long buffer, long length, long offset);

    long pwrite(int fd, long buffer, long length, long offset);

    int ftruncate(int fd, long length);

    int fallocate(int fd, int mode, long offset, long length);

    int fdatasync(int fd);

    int fsync(int fd);

    int flock(int fd, int operation);

    long lseek(int fd, long offset, int whence);

    int ioctl(int fd, long request, long argument);

    int fcntl(int fd, int command, long argument);

    long mmap(long address, long length, int protection, int flags, int fd, long offset);

    int munmap(long address, long length);

    int madvise(long address, long length, int advice);

    int memfd_create(long name, int flags);

    int eventfd(int initial, int flags);

    int epoll_create1(int flags);

    int epoll_ctl(int epfd, int operation, int fd, long event);

    int epoll_pwait2(int epfd, long events, int maxEvents, long timeout, long sigmask);

    int socket(int domain, int type, int protocol);

    int bind(int fd, long address, int length);

    int setsockopt(int fd, int level, int name, long value, int length);

    int getsockopt(int fd, int level, int name, long value, long length);

    int listen(int fd, int backlog);

    int accept4(int fd, long address, long length, int flags);

    int connect(int fd, long address, int length);

    int socketpair(int domain, int type, int protocol, long fds);

    long recvmsg(int fd, long message, int flags);

    long sendmsg(int fd, long message, int flags);

    int fstat(int fd, long stat);

    int fstatfs(int fd, long statfs);

    int recvmmsg(int fd, long messages, int count, int flags, long timeout);

    int sendmmsg(int fd, long messages, int count, int flags);

    int sigaction(int signal, long action, long old);

    int timer_create(int clock, long event, long timerId);

    int timer_settime(long timerId, int flags, long value, long old);

    int timer_delete(long timerId);

    int clock_gettime(int clock, long timespec);

    int setpriority(int which, int who, int priority);

    int sched_setaffinity(int pid, long size, long mask);

    int setgroups(long count, long groups);

    int setresgid(int real, int effective, int saved);

    int setresuid(int real, int effective, int saved);

    long getpwnam(long name);

    int execv(long path, long words);

    long syscall(long number, long a, long b, long c, long d, long e);

    /** The error number of this thread's last failed call. */
    static int errno() {
        return Runtime.getSystemRuntime().getLastError();
    }

    /** Throws what the last failed call of this thread said. */
    static NativeCallException failure(String call, String detail) {
        return new NativeCallException(call, errno(), detail);
    }

    /** A C string in {@code arena}. */
    static MemorySegment string(Arena arena, String text) {
        return arena.allocateFrom(text);
    }

    private static Libc load() {
        // jnr-ffi issue 181: its assembler stubs lose the sixth integer argument. The property is
        // read
        // when jnr-ffi starts, so it must be set before.
        System.setProperty("jnr.ffi.x86asm.enabled", "false");
        Libc libc =
                LibraryLoader.create(Libc.class).option(LibraryOption.SaveError, true).load("c");
        selfTest(libc);
        return libc;
    }

    /** Maps the second page of a two-page file: only a sixth argument that arrives shows its byte. */
    private static void selfTest(Libc libc) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = libc.memfd_create(string(arena, "cofferdam-self-test").address(), 0);
            if (fd < 0) {
                throw failure("memfd_create", "self-test");
            }
            try {
                MemorySegment mark = arena.allocate(1);
                mark.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x5a);
                if (libc.ftruncate(fd, 8192) != 0
                        || libc.pwrite(fd, mark.address(), 1, 4096) != 1) {
                    throw failure("pwrite", "self-test");
                }
                long at = libc.mmap(0, 4096, Constants.PROT_READ, Constants.MAP_SHARED, fd, 4096);
                if (at == -1) {
                    throw failure("mmap", "self-test");
                }
                byte seen =
                        MemorySegment.ofAddress(at).reinterpret(4096).get(ValueLayout.JAVA_BYTE, 0);
                libc.munmap(at, 4096);
                if (seen != 0x5a) {
                    throw new IllegalStateException(
                            "native calls lose their sixth argument; start Java with"
                                    + " -Djnr.ffi.x86asm.enabled=false");
                }
            } finally {
                libc.close(fd);
            }
        }
    }
}
