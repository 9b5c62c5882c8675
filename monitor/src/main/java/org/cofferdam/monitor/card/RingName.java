package org.cofferdam.monitor.card;

/** The card's descriptor rings. */
public enum RingName {
    /** Wire to memory. */
    RECEIVE,
    /** Memory to wire. */
    TRANSMIT
}
