package org.cofferdam.monitor.card;

/** Why the card did not take a register access. */
public enum RegisterRefusal {
    /** Not an aligned access of 32 bits (DS 9.1.3); loads answer all ones, stores have no effect. */
    NOT_ALIGNED_32_BIT(0),
    /** Outside BAR 0. */
    OUTSIDE_BAR(1),
    /** A ring's base or length changed while the ring runs; the card goes on with what it had. */
    RING_MOVED_WHILE_RUNNING(2),
    /** A head that is not an index of the ring when the ring is started; the ring stays off. */
    HEAD_OUTSIDE_RING(3),
    /** A tail that is not an index of the ring; the card goes on with the last good one. */
    TAIL_OUTSIDE_RING(4),
    /** A mode of the datasheet that this card does not have; the ring stays off. */
    UNSUPPORTED_MODE(5);

    private final int code;

    RegisterRefusal(int code) {
        this.code = code;
    }

    /** The number in the audit log, which never changes. */
    public int code() {
        return code;
    }
}
