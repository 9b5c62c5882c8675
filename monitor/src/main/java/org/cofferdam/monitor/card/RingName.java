package org.cofferdam.monitor.card;

/** The card's descriptor rings. */
public enum RingName {
    /** Wire to memory. */
    RECEIVE(0),
    /** Memory to wire. */
    TRANSMIT(1);

    private final int code;

    RingName(int code) {
        this.code = code;
    }

    /** The number in the audit log, which never changes. */
    public int code() {
        return code;
    }
}
