package org.cofferdam.binding.libc;

/** Linux error numbers that Cofferdam meets, errno(3), with a few words for people. */
public enum Errno {
    EPERM(1, "operation not permitted"),
    ENOENT(2, "no such file or directory"),
    ESRCH(3, "no such process"),
    EINTR(4, "interrupted"),
    EIO(5, "input/output error"),
    ENXIO(6, "no such device or address"),
    E2BIG(7, "argument list too long"),
    EBADF(9, "bad file descriptor"),
    EAGAIN(11, "try again"),
    ENOMEM(12, "out of memory"),
    EACCES(13, "permission denied"),
    EFAULT(14, "bad address"),
    EBUSY(16, "device or resource busy"),
    EEXIST(17, "file exists"),
    ENODEV(19, "no such device"),
    ENOTDIR(20, "not a directory"),
    EINVAL(22, "invalid argument"),
    ENFILE(23, "too many open files in the system"),
    EMFILE(24, "too many open files"),
    ENOTTY(25, "inappropriate ioctl for the device"),
    EFBIG(27, "file too large"),
    ENOSPC(28, "no space left on device"),
    EROFS(30, "read-only file system"),
    EPIPE(32, "broken pipe"),
    ENOSYS(38, "function not implemented"),
    EBADFD(77, "file descriptor in bad state"),
    ENOTSOCK(88, "not a socket"),
    EMSGSIZE(90, "message too long"),
    EOPNOTSUPP(95, "operation not supported"),
    EADDRINUSE(98, "address already in use"),
    ECONNABORTED(103, "connection aborted"),
    ECONNRESET(104, "connection reset by peer"),
    ECONNREFUSED(111, "connection refused"),
    ENETDOWN(100, "network is down"),
    ENOBUFS(105, "no buffer space available"),
    EDQUOT(122, "disk quota exceeded");

    private final int code;
    private final String words;

    Errno(int code, String words) {
        this.code = code;
        this.words = words;
    }

    /** The number as the kernel returns it. */
    public int code() {
        return code;
    }

    /** The name, number and meaning of an error number, also of one that is not listed here. */
    public static String describe(int code) {
        for (Errno e : values()) {
            if (e.code == code) {
                return e.name() + " (" + code + "), " + e.words;
            }
        }
        return "error " + code;
    }
}
