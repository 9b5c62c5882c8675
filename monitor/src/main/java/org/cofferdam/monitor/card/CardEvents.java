package org.cofferdam.monitor.card;

/**
 * Where the card tells what happened between it and its domain, for the audit log. Called on the card's
 * thread, on the packet path: no allocation, no blocking, no throwing.
 */
public interface CardEvents {
    /**
     * A DMA access outside the map; the ring has stopped until the domain starts it afresh.
     *
     * @param iova as the domain gave it
     * @param length bytes
     */
    void dmaRefused(long iova, long length, DmaDirection direction, RingName ring);

    /**
     * A register access that the card did not take.
     *
     * @param barOffset as the domain gave it
     * @param size bytes
     * @param value what was to be written, 0 for a load
     */
    void registerRefused(long barOffset, int size, long value, RegisterRefusal why);

    /**
     * A descriptor whose packet the card dropped.
     *
     * @param index in the ring
     */
    void malformedDescriptor(RingName ring, int index, MalformedDescriptor why);

    /**
     * The interrupt became asserted.
     *
     * @param cause the enabled causes, as in ICR
     */
    void interrupt(int cause);

    /** The link, as the domain sees it in STATUS, changed. */
    void linkChanged(boolean up);

    /** The card was reset, by the domain (CTRL.RST) or by the monitor. */
    void cardReset(boolean byDomain);
}
