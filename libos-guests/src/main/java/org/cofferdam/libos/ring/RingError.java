package org.cofferdam.libos.ring;

/** What a device did that no device may do. A ring that saw it is refused and gives nothing more. */
public enum RingError {
    /** Nothing. */
    NONE,
    /** The used index ran ahead of what the device was given. */
    USED_INDEX_JUMP,
    /** A used entry names a descriptor outside the table. */
    USED_ID_OUT_OF_RANGE,
    /** A used entry names a chain that the device does not have: forged, or returned twice. */
    USED_ID_NOT_GIVEN,
    /** A used entry claims more bytes than the chain's writable part holds. */
    USED_LENGTH_TOO_LONG
}
