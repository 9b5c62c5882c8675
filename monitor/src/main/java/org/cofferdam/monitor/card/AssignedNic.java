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

    /** What the card says it is: one that the built-in driver runs. */
    CardModel model();

    /** The name of the card's model, for people. */
    default String title() {
        return model().title();
    }

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

    /** Whether the card can be used, and if not why. */
    CardCondition condition();

    /** The condition in words, for people. */
    String conditionText();

    /**
     * One pass of the card's own work, bounded; allocation-free while nothing out of the ordinary happens.
     *
     * @param nowNanos a monotonic clock
     * @return what was worked on; 0 means idle, until a descriptor of {@link #wakeFds} is readable or the domain does
     *     something
     */
    int doWork(long nowNanos);

    /** Descriptors that are readable when {@link #doWork} or {@link #interruptAsserted} may have news; always the same. */
    List<Integer> wakeFds();

    /** Frames from the wire put into the domain's receive ring, counts up; 0 of a card that does not tell. */
    long framesReceived();

    /** Changes when the domain moves a tail of a ring; constant for a card that does not tell. */
    long tailMoves();

    /**
     * Whether the card wants the domain awake: a cause is set and enabled (emulated), or its interrupt came since the
     * last time this was asked (real).
     */
    boolean interruptAsserted();

    /** The domain goes to sleep until an interrupt: one that came before and was masked may come again. */
    void armInterrupt();

    /** Whether the card's link is up. */
    boolean linkUp();

    /**
     * Begins a full reset, as by PCI function level reset: rings off, registers at their defaults. A real card is in
     * condition {@link CardCondition#RESETTING} until it is done; one that was not used since its last is left alone.
     */
    void reset();

    @Override
    void close();
}
