package org.cofferdam.monitor.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class InterruptCountTest {
    private final InterruptCount count = new InterruptCount();

    @Test
    void anInterruptForEachSleepIsNoStormHoweverMany() {
        for (int i = 0; i < 100_000; i++) {
            count.slept();
            count.came(1);
            assertEquals(0, count.stormOf(i));
        }
    }

    @Test
    void interruptsThatNobodyWaitsForAreAStorm() {
        count.came(InterruptCount.MOST_UNASKED + 1);
        assertTrue(count.stormOf(1) > InterruptCount.MOST_UNASKED);
        assertEquals(0, count.stormOf(2), "and it is told once");
    }

    @Test
    void aFewInEachWindowAreNone() {
        for (long now = 1; now < 100; now++) {
            count.came(InterruptCount.MOST_UNASKED);
            assertEquals(0, count.stormOf(now * (InterruptCount.WINDOW_NANOS + 1)));
        }
    }
}
