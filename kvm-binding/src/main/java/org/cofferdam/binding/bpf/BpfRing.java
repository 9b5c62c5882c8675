package org.cofferdam.binding.bpf;

import static org.cofferdam.binding.libc.Constants.MAP_SHARED;
import static org.cofferdam.binding.libc.Constants.PROT_READ;
import static org.cofferdam.binding.libc.Constants.PROT_WRITE;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.cofferdam.binding.libc.Libc;

/**
 * The reading end of a BPF ring buffer, Documentation/bpf/ringbuf.rst, by memory alone.
 *
 * <pre>
 *   page 0          consumer position          we write it, release
 *   page 1          producer position          the kernel writes it; acquire
 *   page 2 ...      data, then the same data again, so that a record never breaks in two
 *
 *   a record        u32 length | BUSY (bit 31) | DISCARD (bit 30), u32 page offset, the bytes, padding to 8
 * </pre>
 *
 * <p>Positions count bytes and never wrap; the place is position modulo size. The kernel releases the
 * producer position when a record is reserved (BUSY) and the length word when it is committed: the acquire
 * load of that word makes the record's bytes visible.
 *
 * <p>One thread. {@link #drain} makes no system call and allocates nothing. A length that does not fit
 * between the two positions ends the ring's use of that content: everything up to the producer position is
 * skipped and counted by {@link #broken}.
 */
public final class BpfRing implements AutoCloseable {
    /** Takes records. */
    @FunctionalInterface
    public interface Sink {
        /**
         * One record, valid during the call.
         *
         * @param data memory of the ring
         * @param offset of the record's first byte in it, a multiple of 8
         * @param length in bytes, not checked for what it should be
         * @return false to leave this record in the ring and stop
         */
        boolean record(MemorySegment data, long offset, int length);
    }

    private static final int PAGE = 4096;
    private static final int HEADER = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARD = 1 << 30;
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle LENGTH = ValueLayout.JAVA_INT.varHandle();

    private final int fd;
    private final long size;
    private final MemorySegment consumer;
    private final MemorySegment producer;
    private final MemorySegment data;
    private long position;
    private long broken;
    private boolean open = true;

    /** For tests of what a kernel should never write, on memory that is no ring. */
    BpfRing(int fd, MemorySegment consumer, MemorySegment producer, MemorySegment data, long size) {
        this.fd = fd;
        this.size = size;
        this.consumer = consumer;
        this.producer = producer;
        this.data = data;
        this.position = (long) POSITION.getAcquire(consumer, 0L);
    }

    static BpfRing map(String name, int fd, long size) {
        long consumer = C.mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (consumer == -1) {
            throw Libc.failure("mmap", name + ", consumer page");
        }
        long bytes = PAGE + 2 * size;
        long producer = C.mmap(0, bytes, PROT_READ, MAP_SHARED, fd, PAGE);
        if (producer == -1) {
            RuntimeException failure = Libc.failure("mmap", name + ", " + bytes + " bytes of data");
            C.munmap(consumer, PAGE);
            throw failure;
        }
        MemorySegment mapped = MemorySegment.ofAddress(producer).reinterpret(bytes).asReadOnly();
        return new BpfRing(
                fd,
                MemorySegment.ofAddress(consumer).reinterpret(PAGE),
                mapped.asSlice(0, PAGE),
                mapped.asSlice(PAGE, 2 * size),
                size);
    }

    /** The descriptor, owned by the object; readable (EPOLLIN) while there are records. */
    public int fd() {
        return fd;
    }

    /** How often the ring's content made no sense and was skipped. */
    public long broken() {
        return broken;
    }

    /** Whether there is no record, also none that is still being written. */
    public boolean isEmpty() {
        return !open || (long) POSITION.getAcquire(producer, 0L) == position;
    }

    /**
     * Gives up to {@code limit} records to the sink and frees their room.
     *
     * @return how many the sink took
     */
    public int drain(Sink sink, int limit) {
        if (!open) {
            throw new IllegalStateException("the ring is closed");
        }
        int taken = 0;
        long start = position;
        long end = (long) POSITION.getAcquire(producer, 0L) & -8; // records are aligned
        while (taken < limit && position != end) {
            long at = position & (size - 1);
            int header = (int) LENGTH.getAcquire(data, at);
            if ((header & BUSY) != 0) {
                break;
            }
            int length = header & ~DISCARD;
            long room = end - position;
            // length < 2^30, so the sum cannot overflow; a record fits the ring and what was
            // produced
            long used = (HEADER + (long) length + 7) & ~7L;
            if (room < 0 || room > size || used > room) {
                broken++;
                position = end;
                break;
            }
            if ((header & DISCARD) == 0) {
                if (!sink.record(data, at + HEADER, length)) {
                    break;
                }
                taken++;
            }
            position += used;
        }
        if (position != start) {
            POSITION.setRelease(consumer, 0L, position);
        }
        return taken;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.munmap(consumer.address(), PAGE);
            C.munmap(producer.address(), PAGE + 2 * size);
        }
    }
}
