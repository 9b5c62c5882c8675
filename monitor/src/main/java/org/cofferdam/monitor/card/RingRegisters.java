package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The registers of one ring, which lie in memory shared with the domain: the domain may change any of them
 * at any moment, so each method reads once, and callers keep what they read.
 */
final class RingRegisters {
    private static final VarHandle WORD =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /** Bits 19:7 of the length: whole cache lines of eight descriptors (DS 10.2.5.5). */
    private static final int LENGTH_MASK = 0x000f_ff80;

    private final MemorySegment pages;
    private final long first;

    /**
     * @param pages the pages at {@link Registers#RING_PAGES}
     * @param register {@link Registers#RX_RING} or {@link Registers#TX_RING}
     */
    RingRegisters(MemorySegment pages, int register) {
        this.pages = pages;
        this.first = (long) register - Registers.RING_PAGES;
    }

    /** IO virtual address of the ring, 16-byte aligned as the card takes it. */
    long base() {
        long low = get(Registers.RING_BASE_LOW) & 0xffff_fff0L;
        return (long) get(Registers.RING_BASE_HIGH) << 32 | low;
    }

    /** Bytes of the ring, a multiple of 128. */
    int length() {
        return get(Registers.RING_LENGTH) & LENGTH_MASK;
    }

    int head() {
        return get(Registers.RING_HEAD);
    }

    /** The tail; what the domain wrote before it is visible after this. */
    int tail() {
        return (int) WORD.getAcquire(pages, first + Registers.RING_TAIL);
    }

    /** Shows the head to the domain after all that the card wrote before. */
    void publishHead(int head) {
        WORD.setRelease(pages, first + Registers.RING_HEAD, head);
    }

    /** Puts back what the card goes on with. */
    void restore(long base, int length) {
        set(Registers.RING_BASE_LOW, (int) base);
        set(Registers.RING_BASE_HIGH, (int) (base >>> 32));
        set(Registers.RING_LENGTH, length);
    }

    private int get(int register) {
        return (int) WORD.getOpaque(pages, first + register);
    }

    private void set(int register, int value) {
        WORD.setOpaque(pages, first + register, value);
    }
}
