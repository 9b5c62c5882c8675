package org.cofferdam.proxy.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * Copies of frames on their way from the switch's thread to the one that a capture runs on. One writer, one reader;
 * neither waits for the other.
 *
 * <pre>
 *   0      4      5      6           7         8            16        20          24
 *  +------+------+------+-----------+---------+------------+---------+-----------+---------------+
 *  | size | kind | port | direction | verdict | time, ns   | length  | bytes     | bytes, padded |
 *  |      |      |      |           |         | since 1970 | of the  | that      | to a multiple |
 *  |      |      |      |           |         |            | frame   | follow    | of 8          |
 *  +------+------+------+-----------+---------+------------+---------+-----------+---------------+
 * </pre>
 *
 * <p>Numbers are in the machine's byte order. A record never wraps: what is left at the end is a record of kind
 * {@link #PAD}. A record of kind {@link #PORT} has a port's name as its bytes and stands before the first frame of
 * that port, so that a number that another guest has got meanwhile is never taken for the one before.
 */
public final class CaptureRing {
    /** Beside the bytes that the reader wants: enough for a filter to see the headers. */
    public static final int FILTER_BYTES = 192;

    static final int HEADER_BYTES = 24;
    static final byte PAD = 0;
    static final byte FRAME = 1;
    static final byte PORT = 2;

    /** As many as a switch can have. */
    private static final int PORTS = 64;

    /** Longest name of a port, in bytes. */
    private static final int MOST_NAME = 64;

    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG;
    private static final VarHandle TAIL = field("tail");
    private static final VarHandle HEAD = field("head");
    private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

    private final MemorySegment memory;
    private final long mask;
    private final int keep;
    private final long clockOffset;
    private final boolean all;
    private final long[] offered = new long[PORTS];
    private final long[] missed = new long[PORTS];

    // The writer's own.
    private long ports;
    private final boolean[] announced = new boolean[PORTS];
    private long written;
    private long seenHead;

    // What is published. No field of the reader lies beside it: readers come rarely.
    @SuppressWarnings("unused") // by its VarHandle
    private long tail;

    @SuppressWarnings("unused") // by its VarHandle
    private long head;

    /** Gets what a ring holds. The ring's memory is the reader's until it returns. */
    public interface Reader {
        /** A port has this name from now on. */
        void port(int port, String name);

        /**
         * A frame.
         *
         * @param out given to the port rather than taken from it
         * @param verdict the code of what became of it
         * @param time nanoseconds since 1970
         * @param length of the frame
         * @param memory where its first bytes are
         * @param offset their place
         * @param bytes how many there are; none of a frame that was refused unread
         */
        void frame(
                int port,
                boolean out,
                byte verdict,
                long time,
                int length,
                MemorySegment memory,
                long offset,
                int bytes);
    }

    /**
     * An empty ring.
     *
     * @param bytes of its memory, a power of two that holds the largest record twice
     * @param snap bytes of each frame that the reader wants
     * @param ports a bit for each port that is captured; -1 for all, also those that come later
     * @param clockOffset what makes nanoseconds since 1970 of the switch's clock
     */
    public CaptureRing(int bytes, int snap, long ports, long clockOffset) {
        this.keep = Math.max(snap, FILTER_BYTES);
        if (Integer.bitCount(bytes) != 1 || bytes < 2 * (keep + HEADER_BYTES + 8)) {
            throw new IllegalArgumentException("a ring of %d bytes".formatted(bytes));
        }
        this.memory = Arena.ofAuto().allocate(bytes, 64);
        this.mask = bytes - 1L;
        this.all = ports == -1;
        this.ports = ports;
        this.clockOffset = clockOffset;
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(CaptureRing.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The bytes that a ring holding frames of this many needs at least. */
    public static int bytesFor(int snap) {
        int least = 2 * (Math.max(snap, FILTER_BYTES) + HEADER_BYTES + 8);
        return Math.max(1 << 22, Integer.highestOneBit(least) << 1);
    }

    /** The writer: a port is there (again), under this name. */
    public void announce(int port, byte[] name) {
        announced[port] = false;
        if ((ports >>> port & 1) != 0) {
            tryAnnounce(port, name);
            publish();
        }
    }

    /** The writer: a port is gone. Whoever gets its number is not captured in its place. */
    public void portGone(int port) {
        announced[port] = false;
        if (!all) {
            ports &= ~(1L << port);
        }
    }

    private boolean tryAnnounce(int port, byte[] name) {
        int bytes = Math.min(name.length, MOST_NAME);
        long at = reserve(bytes);
        if (at < 0) {
            return false;
        }
        header(at, PORT, port, false, (byte) 0, 0, name.length, bytes);
        MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, at + HEADER_BYTES, bytes);
        announced[port] = true;
        return true;
    }

    /**
     * The writer: a frame. Readers see it after {@link #publish}.
     *
     * @param clock nanoseconds of the switch's clock
     * @param from where the frame lies, if {@code copied}
     */
    public void frame(
            int port,
            byte[] name,
            boolean out,
            byte verdict,
            long clock,
            MemorySegment from,
            long offset,
            int length,
            boolean copied) {
        if ((ports >>> port & 1) == 0) {
            return;
        }
        COUNTS.setOpaque(offered, port, offered[port] + 1);
        int bytes = copied ? Math.min(length, keep) : 0;
        long at = announced[port] || tryAnnounce(port, name) ? reserve(bytes) : -1;
        if (at < 0) {
            COUNTS.setOpaque(missed, port, missed[port] + 1);
            return;
        }
        header(at, FRAME, port, out, verdict, clock + clockOffset, length, bytes);
        MemorySegment.copy(from, offset, memory, at + HEADER_BYTES, bytes);
    }

    /** The writer: shows the reader what was written. */
    public void publish() {
        TAIL.setRelease(this, written);
    }

    private void header(
            long at,
            byte kind,
            int port,
            boolean out,
            byte verdict,
            long time,
            int length,
            int bytes) {
        memory.set(I32, at, size(bytes));
        memory.set(ValueLayout.JAVA_BYTE, at + 4, kind);
        memory.set(ValueLayout.JAVA_BYTE, at + 5, (byte) port);
        memory.set(ValueLayout.JAVA_BYTE, at + 6, (byte) (out ? 1 : 0));
        memory.set(ValueLayout.JAVA_BYTE, at + 7, verdict);
        memory.set(I64, at + 8, time);
        memory.set(I32, at + 16, length);
        memory.set(I32, at + 20, bytes);
    }

    private static int size(int bytes) {
        return (HEADER_BYTES + bytes + 7) & ~7;
    }

    /** Where a record with so many bytes belongs; -1 if there is no room. */
    private long reserve(int bytes) {
        int size = size(bytes);
        int left = (int) (mask + 1 - (written & mask));
        int need = left < size ? left + size : size;
        if (mask + 1 - (written - seenHead) < need) {
            seenHead = (long) HEAD.getAcquire(this);
            if (mask + 1 - (written - seenHead) < need) {
                return -1;
            }
        }
        if (left < size) {
            // Records are multiples of 8, so there is room for size and kind.
            memory.set(I32, written & mask, left);
            memory.set(ValueLayout.JAVA_BYTE, (written & mask) + 4, PAD);
            written += left;
        }
        long at = written & mask;
        written += size;
        return at;
    }

    /**
     * The reader: takes records, up to about so many bytes of them.
     *
     * @return whether there are more
     */
    public boolean drain(Reader reader, int bytes) {
        long from = (long) HEAD.getOpaque(this);
        long to = (long) TAIL.getAcquire(this);
        long at = from;
        while (at < to && at - from < bytes) {
            long place = at & mask;
            byte kind = memory.get(ValueLayout.JAVA_BYTE, place + 4);
            if (kind != PAD) {
                int port = memory.get(ValueLayout.JAVA_BYTE, place + 5);
                int length = memory.get(I32, place + 16);
                int held = memory.get(I32, place + 20);
                if (kind == PORT) {
                    byte[] name = new byte[held];
                    MemorySegment.copy(
                            memory, ValueLayout.JAVA_BYTE, place + HEADER_BYTES, name, 0, held);
                    reader.port(port, new String(name, StandardCharsets.UTF_8));
                } else {
                    reader.frame(
                            port,
                            memory.get(ValueLayout.JAVA_BYTE, place + 6) != 0,
                            memory.get(ValueLayout.JAVA_BYTE, place + 7),
                            memory.get(I64, place + 8),
                            length,
                            memory,
                            place + HEADER_BYTES,
                            held);
                }
            }
            at += memory.get(I32, place);
        }
        HEAD.setRelease(this, at);
        return at < to;
    }

    /** Frames of a port that the capture was shown. Any thread. */
    public long offered(int port) {
        return (long) COUNTS.getOpaque(offered, port);
    }

    /** Those of them that it had no room for. Any thread. */
    public long missed(int port) {
        return (long) COUNTS.getOpaque(missed, port);
    }
}
