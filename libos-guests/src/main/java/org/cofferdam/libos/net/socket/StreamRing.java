package org.cofferdam.libos.net.socket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * A stream's bytes between two threads: a ring with one producer and one consumer. Positions count all bytes that ever
 * passed, so they do not wrap; the place of a position is its remainder by the size, a power of two.
 *
 * <pre>
 *      head                 tail            head + size
 *       | readable           | free          |
 * </pre>
 *
 * The producer writes bytes, then the tail (release); the consumer reads the tail (acquire), then bytes, then writes the
 * head (release), which the producer reads (acquire) before it writes over them. The stack may also look at and write
 * places that are not its turn's: it reads sent bytes again, and puts bytes that came out of order beyond the tail.
 *
 * <p>Allocation-free.
 */
public final class StreamRing {
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(StreamRing.class, "head", long.class);
            TAIL = lookup.findVarHandle(StreamRing.class, "tail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment memory;
    private final ByteBuffer view;
    private final int size;
    private final int mask;
    private long head;
    private long tail;

    /** An empty ring in a buffer whose size is a power of two. */
    public StreamRing(MemorySegment memory) {
        this.memory = memory;
        this.view = memory.asByteBuffer();
        this.size = (int) memory.byteSize();
        this.mask = size - 1;
    }

    /** The buffer, to be given back. */
    public MemorySegment memory() {
        return memory;
    }

    /** Bytes that it holds. */
    public int size() {
        return size;
    }

    /** Where the consumer is. */
    public long head() {
        return (long) HEAD.getAcquire(this);
    }

    /** Where the producer is. */
    public long tail() {
        return (long) TAIL.getAcquire(this);
    }

    /** Bytes that can be read. */
    public int readable() {
        return (int) (tail() - head());
    }

    /** Bytes that can be written. */
    public int free() {
        return size - readable();
    }

    /** Puts in as much as fits. The producer. Returns how many bytes. */
    public int write(byte[] source, int offset, int length) {
        int n = Math.min(length, (int) (head() + size - tail));
        int at = (int) tail & mask;
        int first = Math.min(n, size - at);
        MemorySegment.copy(source, offset, memory, ValueLayout.JAVA_BYTE, at, first);
        MemorySegment.copy(source, offset + first, memory, ValueLayout.JAVA_BYTE, 0, n - first);
        TAIL.setRelease(this, tail + n);
        return n;
    }

    /** Puts in as much of what remains in a buffer as fits, and moves its position. The producer. */
    public int write(ByteBuffer source) {
        int n = Math.min(source.remaining(), (int) (head() + size - tail));
        int at = (int) tail & mask;
        int first = Math.min(n, size - at);
        view.put(at, source, source.position(), first);
        view.put(0, source, source.position() + first, n - first);
        source.position(source.position() + n);
        TAIL.setRelease(this, tail + n);
        return n;
    }

    /** Takes out as much as is there and fits. The consumer. Returns how many bytes. */
    public int read(byte[] target, int offset, int length) {
        int n = Math.min(length, (int) (tail() - head));
        int at = (int) head & mask;
        int first = Math.min(n, size - at);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, target, offset, first);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, target, offset + first, n - first);
        HEAD.setRelease(this, head + n);
        return n;
    }

    /** Takes out as much as is there and remains in a buffer, and moves its position. The consumer. */
    public int read(ByteBuffer target) {
        int n = Math.min(target.remaining(), (int) (tail() - head));
        int at = (int) head & mask;
        int first = Math.min(n, size - at);
        target.put(target.position(), view, at, first);
        target.put(target.position() + first, view, 0, n - first);
        target.position(target.position() + n);
        HEAD.setRelease(this, head + n);
        return n;
    }

    /** Copies bytes out of the ring, wherever they are, without taking them. The stack. */
    public void copyOut(long position, MemorySegment target, long offset, int length) {
        int at = (int) position & mask;
        int first = Math.min(length, size - at);
        MemorySegment.copy(memory, at, target, offset, first);
        MemorySegment.copy(memory, 0, target, offset + first, length - first);
    }

    /** Copies bytes to a position that is free, without showing them to the consumer. The stack, as producer. */
    public void copyIn(long position, MemorySegment source, long offset, int length) {
        int at = (int) position & mask;
        int first = Math.min(length, size - at);
        MemorySegment.copy(source, offset, memory, at, first);
        MemorySegment.copy(source, offset + first, memory, 0, length - first);
    }

    /** Shows the consumer bytes that were copied in. The stack, as producer. */
    public void produce(int bytes) {
        TAIL.setRelease(this, tail + bytes);
    }

    /** Lets go of bytes. The stack, as consumer. */
    public void consume(int bytes) {
        HEAD.setRelease(this, head + bytes);
    }
}
