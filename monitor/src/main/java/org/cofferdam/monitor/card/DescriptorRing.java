package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One ring as the card sees it: base and size as they were when the domain started it, a head of its own,
 * and the last good tail. Descriptors {@code head .. tail-1} belong to the card.
 *
 * <pre>
 *   OFF ──start──▶ RUNNING ──DMA refused──▶ STOPPED
 *    ▲───stop─────────┴─────────stop───────────┘
 * </pre>
 *
 * <p>Invariant: while RUNNING, 0 &lt;= head, tail &lt; size &lt;= 65,528, or size is 0 and no descriptor is
 * available. The domain's thread; allocation-free.
 */
final class DescriptorRing {
    static final int DESCRIPTOR_BYTES = 16;
    private static final long NONE = -1;
    private static final VarHandle QUAD =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /** Where the ring is in its life. */
    enum State {
        OFF,
        RUNNING,
        STOPPED
    }

    private final RingName name;
    private final int register;
    private final RingRegisters registers;
    private final CheckedDmaMap dma;
    private final CardEvents events;

    private State state = State.OFF;
    private long base;
    private int length;
    private int size;
    private int head;
    private int tail;
    private long refusedTail = NONE;
    private long tailMoves;

    // Where the descriptor of the last successful fetch() lies.
    private MemorySegment memory = MemorySegment.NULL;
    private long offset;

    DescriptorRing(
            RingName name,
            int register,
            MemorySegment ringPages,
            CheckedDmaMap dma,
            CardEvents events) {
        this.name = name;
        this.register = register;
        this.registers = new RingRegisters(ringPages, register);
        this.dma = dma;
        this.events = events;
    }

    State state() {
        return state;
    }

    boolean running() {
        return state == State.RUNNING;
    }

    int size() {
        return size;
    }

    /** Index of the next descriptor that the card uses. */
    int head() {
        return head;
    }

    /** The enable bit rose: takes base, length and head as they are now. */
    void start() {
        state = State.RUNNING;
        sample();
    }

    private void sample() {
        base = registers.base();
        length = registers.length();
        size = length / DESCRIPTOR_BYTES;
        head = 0;
        tail = 0;
        refusedTail = NONE;
        if (size == 0) {
            return;
        }
        long first = Integer.toUnsignedLong(registers.head());
        if (first >= size) {
            events.registerRefused(
                    register + Registers.RING_HEAD, 4, first, RegisterRefusal.HEAD_OUTSIDE_RING);
            state = State.STOPPED;
            return;
        }
        head = (int) first;
        tail = head;
    }

    /** The enable bit fell, or the card was reset. */
    void stop() {
        state = State.OFF;
        size = 0;
        head = 0;
        tail = 0;
        memory = MemorySegment.NULL;
    }

    /** A mode that this card lacks was asked for. */
    void refuse() {
        state = State.STOPPED;
    }

    /** Looks at the tail, and that nothing else moved. Once a pass. */
    void poll() {
        if (state != State.RUNNING) {
            return;
        }
        if (size == 0) {
            // A ring of length 0 has no descriptors; it may still get its place.
            sample();
            if (size == 0 || state != State.RUNNING) {
                return;
            }
        } else {
            checkUnmoved();
        }
        long wanted = Integer.toUnsignedLong(registers.tail());
        if (wanted < size) {
            if (wanted != tail) {
                tailMoves++;
            }
            tail = (int) wanted;
            refusedTail = NONE;
        } else if (wanted != refusedTail) {
            refusedTail = wanted;
            events.registerRefused(
                    register + Registers.RING_TAIL, 4, wanted, RegisterRefusal.TAIL_OUTSIDE_RING);
        }
    }

    private void checkUnmoved() {
        // DS 10.2.5.3: base and length are for a ring that is off.
        long seenBase = registers.base();
        int seenLength = registers.length();
        if (seenBase != base) {
            events.registerRefused(register, 8, seenBase, RegisterRefusal.RING_MOVED_WHILE_RUNNING);
            registers.restore(base, length);
        } else if (seenLength != length) {
            events.registerRefused(
                    register + Registers.RING_LENGTH,
                    4,
                    seenLength,
                    RegisterRefusal.RING_MOVED_WHILE_RUNNING);
            registers.restore(base, length);
        }
    }

    /** How often the domain moved the tail to another place; counts up over all its lives. */
    long tailMoves() {
        return tailMoves;
    }

    /** Descriptors that are the card's. */
    int available() {
        if (state != State.RUNNING) {
            return 0;
        }
        int n = tail - head;
        return n >= 0 ? n : n + size;
    }

    /**
     * Finds the descriptor at the head, for {@link #quad} and {@link #writeBack}; {@link #available} must not
     * be 0.
     *
     * @return false if the DMA map refuses it, and the ring has stopped
     */
    boolean fetch() {
        // base is untrusted and the sum may wrap: the map compares the wrapped address, and a
        // descriptor
        // never crosses a page, since both ends are 16-byte aligned.
        long iova = base + (long) head * DESCRIPTOR_BYTES;
        DmaWindow window = reach(iova, DESCRIPTOR_BYTES, DmaDirection.DEVICE_READS);
        if (window == null) {
            return false;
        }
        memory = window.memory();
        offset = window.offset(iova);
        return true;
    }

    /** Half of the fetched descriptor: 0 the first eight bytes, 1 the rest. Each must be read once only. */
    long quad(int half) {
        return (long) QUAD.getOpaque(memory, offset + 8L * half);
    }

    /**
     * Writes half of the fetched descriptor, after everything that the card wrote before.
     *
     * @return false if the DMA map refuses it, and the ring has stopped
     */
    boolean writeBack(int half, long value) {
        long iova = base + (long) head * DESCRIPTOR_BYTES + 8L * half;
        if (reach(iova, 8, DmaDirection.DEVICE_WRITES) == null) {
            return false;
        }
        QUAD.setRelease(memory, offset + 8L * half, value);
        return true;
    }

    /** The descriptor at the head is done. */
    void advance() {
        head = head + 1 == size ? 0 : head + 1;
    }

    /** Shows the head in the ring's register. */
    void publish() {
        if (state == State.RUNNING && size != 0) {
            registers.publishHead(head);
        }
    }

    /** The window for an access by this ring; null if it is refused, and then the ring has stopped. */
    @Nullable DmaWindow reach(long iova, long bytes, DmaDirection direction) {
        DmaWindow window = dma.reach(iova, bytes, direction);
        if (window == null) {
            state = State.STOPPED;
            events.dmaRefused(iova, bytes, direction, name);
        }
        return window;
    }
}
