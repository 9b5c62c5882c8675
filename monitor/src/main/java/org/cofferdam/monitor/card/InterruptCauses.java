package org.cofferdam.monitor.card;

/**
 * Causes, mask and the interrupt line: asserted while a cause is set that the mask enables (DS 7.4, 10.2.4).
 * Each time it becomes asserted, the listener is called once. Throttling (ITR) is stored elsewhere and not
 * applied: the domain polls, and takes an interrupt only to wake up.
 */
final class InterruptCauses {
    private final CardEvents events;
    private final boolean showsAsserted;
    private Runnable raise = () -> {};
    private int causes;
    private int mask;
    private boolean asserted;

    InterruptCauses(CardModel model, CardEvents events) {
        this.events = events;
        this.showsAsserted = model == CardModel.I82574L;
    }

    void onRaise(Runnable listener) {
        raise = listener;
    }

    boolean asserted() {
        return asserted;
    }

    /** Sets causes, as an event of the card or a store to ICS does. */
    void set(int bits) {
        causes |= bits & ~Registers.ICR_ASSERTED;
        update();
    }

    /** Clears causes, as a store to ICR does. */
    void clear(int bits) {
        causes &= ~bits;
        update();
    }

    /** A load of ICR: tells the causes and clears them all. */
    int read() {
        int value = causes;
        if (showsAsserted && asserted) {
            value |= Registers.ICR_ASSERTED;
        }
        causes = 0;
        update();
        return value;
    }

    int mask() {
        return mask;
    }

    void enable(int bits) {
        mask |= bits & ~Registers.ICR_ASSERTED;
        update();
    }

    void disable(int bits) {
        mask &= ~bits;
        update();
    }

    void reset() {
        causes = 0;
        mask = 0;
        update();
    }

    private void update() {
        boolean now = (causes & mask) != 0;
        boolean rises = now && !asserted;
        asserted = now;
        if (rises) {
            events.interrupt(causes & mask);
            raise.run();
        }
    }
}
