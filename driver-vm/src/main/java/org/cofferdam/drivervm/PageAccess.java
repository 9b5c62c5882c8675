package org.cofferdam.drivervm;

/**
 * What a page-table leaf permits (AMD64 manual 2, 5.4; Intel SDM 3A, 4.5). Accessed and dirty are preset, so that the
 * CPU never writes to the tables.
 */
enum PageAccess {
    DRIVER_CODE(Bits.USER),
    DRIVER_READ(Bits.USER | Bits.NO_EXECUTE),
    DRIVER_DATA(Bits.USER | Bits.WRITE | Bits.NO_EXECUTE),
    DRIVER_DEVICE(Bits.USER | Bits.WRITE | Bits.UNCACHED | Bits.NO_EXECUTE),
    MONITOR_CODE(0),
    MONITOR_READ(Bits.NO_EXECUTE),
    MONITOR_DATA(Bits.WRITE | Bits.NO_EXECUTE);

    /** Entry bits. */
    static final class Bits {
        static final long PRESENT = 1;
        static final long WRITE = 1 << 1;
        static final long USER = 1 << 2;
        static final long UNCACHED = 1 << 4;
        static final long ACCESSED = 1 << 5;
        static final long DIRTY = 1 << 6;
        static final long LARGE = 1 << 7;
        static final long NO_EXECUTE = 1L << 63;

        /** An entry that points to a table: the leaf alone decides. */
        static final long TABLE = PRESENT | WRITE | USER | ACCESSED;

        private Bits() {}
    }

    private final long bits;

    PageAccess(long bits) {
        this.bits = bits | Bits.PRESENT | Bits.ACCESSED | Bits.DIRTY;
    }

    long bits() {
        return bits;
    }
}
