package org.cofferdam.monitor.card;

/** Why the card did not take a register access. */
public enum RegisterRefusal {
    /** Not an aligned access of 32 bits (DS 9.1.3); loads answer all ones, stores have no effect. */
    NOT_ALIGNED_32_BIT,
    /** Outside BAR 0. */
    OUTSIDE_BAR,
    /** A ring's base or length changed while the ring runs; the card goes on with what it had. */
    RING_MOVED_WHILE_RUNNING,
    /** A head that is not an index of the ring when the ring is started; the ring stays off. */
    HEAD_OUTSIDE_RING,
    /** A tail that is not an index of the ring; the card goes on with the last good one. */
    TAIL_OUTSIDE_RING,
    /** A mode of the datasheet that this card does not have; the ring stays off. */
    UNSUPPORTED_MODE
}
