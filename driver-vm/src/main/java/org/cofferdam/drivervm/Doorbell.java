package org.cofferdam.drivervm;

import org.jspecify.annotations.Nullable;

/**
 * What a domain can say by a 32-bit store to its doorbell page: the offset is the word, the stored value its argument.
 * Any other offset or width means nothing and is the domain's mistake.
 */
public enum Doorbell {
    /** Sleep until the card interrupts, the uplink has work, or the monitor wants something. */
    WAIT(0x00),
    /** Nothing was found in this pass; others may run. */
    YIELD(0x04),
    /** The status page changed: state, link or MAC. */
    STATUS(0x08),
    /** A virtqueue has new buffers; the value is its number. Rung only if the used ring's flags ask for it. */
    NOTIFY(0x0c),
    /** The fault stub stored a {@link FaultFrame}; the value is the vector. */
    FAULT(0x10),
    /** The driver gives up; the value is its code, the text is in the status page. */
    PANIC(0x14);

    private static final Doorbell[] BY_WORD = values();

    private final int offset;

    Doorbell(int offset) {
        this.offset = offset;
    }

    /** Offset in the doorbell page, in bytes. */
    public int offset() {
        return offset;
    }

    /**
     * The doorbell of a store, or null if there is none.
     *
     * @param offset the store's offset from {@link DomainLayout#DOORBELLS}
     * @param width the store's width in bytes
     */
    public static @Nullable Doorbell of(long offset, int width) {
        boolean known = width == 4 && offset >= 0 && offset <= PANIC.offset && (offset & 3) == 0;
        return known ? BY_WORD[(int) (offset >> 2)] : null;
    }
}
