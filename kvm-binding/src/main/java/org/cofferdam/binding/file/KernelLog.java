package org.cofferdam.binding.file;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's log from now on, /dev/kmsg (Documentation/ABI/testing/dev-kmsg), without blocking. The permission
 * (CAP_SYSLOG) is asked for at the opening only. One thread.
 */
public final class KernelLog implements AutoCloseable {
    /** PRINTKRB_RECORD_MAX is less: no record is cut. */
    private static final int RECORD_BYTES = 8192;

    /** Facility 0: who writes to /dev/kmsg from user space cannot claim it. */
    private static final int FACILITY_KERNEL = 0;

    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment record = arena.allocate(RECORD_BYTES);
    private long overruns;
    private boolean open = true;

    private KernelLog(int fd) {
        this.fd = fd;
    }

    /** Opens the log behind its last record. */
    public static KernelLog openAtEnd() {
        try (Arena a = Arena.ofConfined()) {
            int fd =
                    C.open(
                            Libc.string(a, "/dev/kmsg").address(),
                            O_RDONLY | O_NONBLOCK | O_CLOEXEC,
                            0);
            if (fd < 0) {
                throw Libc.failure("open", "/dev/kmsg");
            }
            if (C.lseek(fd, 0, SEEK_END) < 0) {
                C.close(fd);
                throw Libc.failure("lseek", "/dev/kmsg");
            }
            return new KernelLog(fd);
        }
    }

    /** Readable when there is a record. */
    public int fd() {
        return fd;
    }

    /**
     * The text of the next record that the kernel itself wrote, first line only, or null if there is none. Records of
     * others are skipped.
     */
    public @Nullable String next() {
        while (true) {
            long n = C.read(fd, record.address(), RECORD_BYTES);
            if (n < 0) {
                int errno = Libc.errno();
                if (errno == Errno.EAGAIN.code()) {
                    return null;
                }
                if (errno == Errno.EPIPE.code()) {
                    overruns++; // records were overwritten; the next read goes on behind them
                } else if (errno != Errno.EINTR.code()) {
                    throw Libc.failure("read", "/dev/kmsg");
                }
                continue;
            }
            String text = kernelText((int) n);
            if (text != null) {
                return text;
            }
        }
    }

    /** Of "level+8*facility,sequence,time,flags;text\n" the text, if the facility is the kernel's. */
    private @Nullable String kernelText(int bytes) {
        byte[] all = record.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        String line = new String(all, StandardCharsets.UTF_8);
        int comma = line.indexOf(',');
        int start = line.indexOf(';');
        int end = line.indexOf('\n');
        if (comma < 0 || start < comma) {
            return null;
        }
        try {
            if (Integer.parseInt(line, 0, comma, 10) >> 3 != FACILITY_KERNEL) {
                return null;
            }
        } catch (NumberFormatException notARecord) {
            return null;
        }
        return line.substring(start + 1, end < 0 ? line.length() : end);
    }

    /** How often records were overwritten before they could be read. */
    public long overruns() {
        return overruns;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.close(fd);
            arena.close();
        }
    }
}
