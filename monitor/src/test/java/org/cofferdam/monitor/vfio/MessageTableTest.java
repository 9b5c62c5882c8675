package org.cofferdam.monitor.vfio;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The domain sees the whole of a card's table emulated, and nothing beside it. */
class MessageTableTest {
    /** 65 vectors of 16 bytes at 0x400, two words of pending bits at 0x2000 of the same BAR. */
    private final MessageTable table = new MessageTable(65, 3, 0x400, 3, 0x2000);

    @Test
    void anAccessThatTouchesTheTableIsOfTheTable() {
        assertFalse(table.holds(3, 0x3fc, 4));
        assertTrue(table.holds(3, 0x3fd, 4));
        assertTrue(table.holds(3, 0x400, 4));
        assertTrue(table.holds(3, 0x400 + 65 * 16 - 1, 1));
        assertFalse(table.holds(3, 0x400 + 65 * 16, 8));
        assertFalse(table.holds(0, 0x400, 4));
    }

    @Test
    void aVectorOfTheSecondWordHasItsPendingBitToo() {
        assertFalse(table.holdsPending(3, 0x1ffc, 4));
        assertTrue(table.holdsPending(3, 0x2000, 8));
        assertTrue(table.holdsPending(3, 0x200f, 1));
        assertFalse(table.holdsPending(3, 0x2010, 4));
        assertFalse(table.holdsPending(2, 0x2000, 4));
    }

    @Test
    void aTableThatHangsOutOfItsBarIsNone() {
        assertTrue(table.fits(0x400 + 65 * 16));
        assertFalse(table.fits(0x400 + 65 * 16 - 1));
        assertFalse(new MessageTable(1, 0, Integer.MIN_VALUE, 0, 0).fits(1L << 31));
    }
}
