package org.cofferdam.monitor.card;

import java.util.List;

/**
 * A card assigned to a driver domain: its registers, the memory it may reach, its interrupt.
 *
 * <p>One thread calls all of it, the domain's. Register accesses come from the domain and are untrusted.
 */
public interface AssignedNic extends AutoCloseable {
    /** Bytes of BAR 0 of every card here. */
    long BAR_BYTES = 128 << 10;

    /** What the card says it is. */
    CardModel model();

    /** The parts of BAR 0 that are plain memory to the domain; every other access to the BAR must trap. */
    List<RegisterWindow> windows();

    /**
     * A trapped load.
     *
     * @param barOffset in BAR 0, unchecked
     * @param size in bytes, unchecked
     * @return the value, little-endian, zero-extended; all ones for what the card does not answer
     */
    long readRegister(long barOffset, int size);

    /**
     * A trapped store; what the card does not take has no effect.
     *
     * @param barOffset in BAR 0, unchecked
     * @param size in bytes, unchecked
     * @param value little-endian; only the low {@code size} bytes count
     */
    void writeRegister(long barOffset, int size, long value);

    /** What the card may reach by DMA; empty at first. */
    DmaMap dma();

    /** Whether the card asks for an interrupt: a cause is set and enabled. */
    boolean interruptAsserted();

    /** Sets what is called each time the interrupt becomes asserted, on the calling thread of the card. */
    void onInterrupt(Runnable raise);

    /** Whether the card's link is up. */
    boolean linkUp();

    /** A full reset, as by PCI function level reset: rings off, registers at their defaults. */
    void reset();

    @Override
    void close();
}
