package org.cofferdam.monitor.card;

/** Whether a card can be given to a domain. All but {@link #READY} end a domain that runs. */
public enum CardCondition {
    READY(1),
    /** A reset is under way. */
    RESETTING(2),
    /** A reset takes longer than any card should. */
    STUCK(3),
    /** It interrupts far more often than its driver sleeps; a reset cures it. */
    STORMING(4),
    /** It reported an error of the bus; a reset may cure it. */
    BUS_ERROR(5),
    /** The machine slept, and the card has forgotten its state; a reset cures it. */
    SLEPT(6),
    /** The kernel wants it back: it is about to be unplugged or taken away. */
    LEAVING(7),
    /** It is not there, or cannot be had. */
    ABSENT(8);

    private final int code;

    CardCondition(int code) {
        this.code = code;
    }

    /** The number in the audit log. */
    public int code() {
        return code;
    }

    /** Whether it stays so until something happens outside: no reset helps. */
    public boolean isAway() {
        return this == STUCK || this == LEAVING || this == ABSENT;
    }
}
