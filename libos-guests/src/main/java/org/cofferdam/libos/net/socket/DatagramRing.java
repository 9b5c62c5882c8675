package org.cofferdam.libos.net.socket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Datagrams between two threads: a ring of records with one producer and one consumer.
 *
 * <pre>
 *  0  i32 bytes, or -1: skip to the ring's end    4  i32 port
 *  8  address, two i64                           24  bytes, then padding to a multiple of 8
 * </pre>
 *
 * The address is the sender's in a socket's incoming ring and the receiver's in its outgoing one. Allocation-free.
 */
public final class DatagramRing {
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(DatagramRing.class, "head", long.class);
            TAIL = lookup.findVarHandle(DatagramRing.class, "tail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int HEADER = 24;
    private static final int SKIP = -1;

    private final MemorySegment memory;
    private final ByteBuffer view;
    private final int size;
    private final int mask;
    private long head;
    private long tail;

    /** An empty ring in a buffer whose size is a power of two. */
    public DatagramRing(MemorySegment memory) {
        this.memory = memory;
        this.view = memory.asByteBuffer();
        this.size = (int) memory.byteSize();
        this.mask = size - 1;
    }

    /** The buffer, to be given back. */
    public MemorySegment memory() {
        return memory;
    }

    /** Whether a datagram of so many bytes fits now. The producer. */
    public boolean fits(int bytes) {
        return place(bytes) >= 0;
    }

    /** Where a record goes, after a skip if need be; negative if it does not fit. */
    private long place(int bytes) {
        int record = recordBytes(bytes);
        int at = (int) tail & mask;
        long start = at + record <= size ? tail : tail + size - at;
        return start + record - (long) HEAD.getAcquire(this) <= size ? start : -1;
    }

    private static int recordBytes(int bytes) {
        return (HEADER + bytes + 7) & ~7;
    }

    private int begin(long start, int bytes, long high, long low, int port) {
        if (start != tail) {
            memory.set(ValueLayout.JAVA_INT, tail & mask, SKIP);
        }
        int at = (int) start & mask;
        memory.set(ValueLayout.JAVA_INT, at, bytes);
        memory.set(ValueLayout.JAVA_INT, at + 4L, port);
        memory.set(ValueLayout.JAVA_LONG, at + 8L, high);
        memory.set(ValueLayout.JAVA_LONG, at + 16L, low);
        return at + HEADER;
    }

    /** Puts in a datagram from memory; false if it does not fit. The producer. */
    public boolean put(
            MemorySegment source, long offset, int bytes, long high, long low, int port) {
        long start = place(bytes);
        if (start < 0) {
            return false;
        }
        int at = begin(start, bytes, high, low, port);
        MemorySegment.copy(source, offset, memory, at, bytes);
        TAIL.setRelease(this, start + recordBytes(bytes));
        return true;
    }

    /** Puts in what remains in a buffer as one datagram, and moves its position; false if it does not fit. The producer. */
    public boolean put(ByteBuffer source, long high, long low, int port) {
        int bytes = source.remaining();
        long start = place(bytes);
        if (start < 0) {
            return false;
        }
        int at = begin(start, bytes, high, low, port);
        view.put(at, source, source.position(), bytes);
        source.position(source.limit());
        TAIL.setRelease(this, start + recordBytes(bytes));
        return true;
    }

    /** Whether there is no datagram. */
    public boolean isEmpty() {
        return (long) HEAD.getAcquire(this) == (long) TAIL.getAcquire(this);
    }

    /** The place of the first datagram's record, or -1. The consumer. */
    public int first() {
        if ((long) TAIL.getAcquire(this) == head) {
            return -1;
        }
        int at = (int) head & mask;
        if (memory.get(ValueLayout.JAVA_INT, at) == SKIP) {
            HEAD.setRelease(this, head + size - at);
            at = 0;
        }
        return at;
    }

    /** Its bytes. */
    public int bytes(int at) {
        return memory.get(ValueLayout.JAVA_INT, at);
    }

    /** Its port. */
    public int port(int at) {
        return memory.get(ValueLayout.JAVA_INT, at + 4L);
    }

    /** The upper half of its address. */
    public long high(int at) {
        return memory.get(ValueLayout.JAVA_LONG, at + 8L);
    }

    /** The lower half of its address. */
    public long low(int at) {
        return memory.get(ValueLayout.JAVA_LONG, at + 16L);
    }

    /** Where its payload lies in {@link #memory}. */
    public int payload(int at) {
        return at + HEADER;
    }

    /** Copies its payload, as much as remains in the target; the rest is lost, as with any datagram socket. */
    public void copy(int at, ByteBuffer target) {
        int n = Math.min(bytes(at), target.remaining());
        target.put(target.position(), view, at + HEADER, n);
        target.position(target.position() + n);
    }

    /** Lets go of the first datagram. The consumer. */
    public void remove(int at) {
        HEAD.setRelease(this, head + recordBytes(bytes(at)));
    }
}
