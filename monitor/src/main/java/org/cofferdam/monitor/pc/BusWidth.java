package org.cofferdam.monitor.pc;

/** What a bus that nobody answers on reads as. */
final class BusWidth {
    private BusWidth() {}

    /** All ones in so many bytes; every bit set for a size that no bus has. */
    static int ones(int size) {
        return size >= 1 && size < Integer.BYTES ? (1 << (size * 8)) - 1 : -1;
    }

    /** All ones in so many bytes; every bit set for a size that no bus has. */
    static long longOnes(int size) {
        return size >= 1 && size < Long.BYTES ? (1L << (size * 8)) - 1 : -1;
    }

    /** Whether a port or a configuration register can be accessed so wide. */
    static boolean isPortSize(int size) {
        return size == 1 || size == 2 || size == 4;
    }
}
