package org.cofferdam.binding;

import org.cofferdam.binding.libc.Errno;

/**
 * A call into the kernel or a native library that failed.
 *
 * <p>The message names the call, the arguments that matter and the error, for example {@code
 * ioctl(TUNSETIFF, cof0): EBUSY (16), device or resource busy}.
 */
public final class NativeCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String message;
    private final String call;
    private final int errno;

    /**
     * @param call the function that failed, as in its manual page
     * @param errno the positive error number
     * @param detail the arguments that matter, may be empty
     */
    public NativeCallException(String call, int errno, String detail) {
        super();
        this.message = call + "(" + detail + "): " + Errno.describe(errno);
        this.call = call;
        this.errno = errno;
    }

    /** Call, arguments that matter and error; never null. */
    @Override
    public String getMessage() {
        return message;
    }

    /** The function that failed. */
    public String call() {
        return call;
    }

    /** The positive error number, errno(3). */
    public int errno() {
        return errno;
    }
}
