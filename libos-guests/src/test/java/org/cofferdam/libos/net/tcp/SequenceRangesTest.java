package org.cofferdam.libos.net.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Ranges against a plain array of bits, across the point where sequence numbers wrap. */
class SequenceRangesTest {
    private static final int SPACE = 400;

    @Test
    void itHoldsWhatWasAddedAndNotWhatWasRemoved() {
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 2000; round++) {
            int base = Integer.MAX_VALUE - random.nextInt(SPACE);
            SequenceRanges ranges = new SequenceRanges(8);
            boolean[] model = new boolean[SPACE + 1];
            for (int i = 0; i < 30; i++) {
                int from = random.nextInt(SPACE - 1);
                int to = from + 1 + random.nextInt(Math.min(40, SPACE - from - 1) + 1);
                if (random.nextInt(5) == 0) {
                    ranges.removeBefore(base + from);
                    java.util.Arrays.fill(model, 0, from, false);
                } else if (ranges.add(base + from, base + Math.min(to, SPACE))) {
                    java.util.Arrays.fill(model, from, Math.min(to, SPACE), true);
                }
                compare(ranges, model, base);
            }
        }
    }

    private static void compare(SequenceRanges ranges, boolean[] model, int base) {
        for (int i = 0; i < SPACE; i++) {
            assertEquals(model[i], ranges.covers(base + i, base + i + 1));
            int outside = i;
            while (model[outside]) {
                outside++;
            }
            assertEquals(base + outside, ranges.firstOutside(base + i));
        }
        for (int i = 1; i < ranges.count(); i++) {
            assertTrue(ranges.end(i - 1) - ranges.start(i) < 0, "touching ranges are joined");
        }
    }

    @Test
    void oneTooManyIsRefusedAndChangesNothing() {
        SequenceRanges ranges = new SequenceRanges(2);
        assertTrue(ranges.add(10, 20));
        assertTrue(ranges.add(30, 40));
        assertFalse(ranges.add(50, 60));
        assertTrue(ranges.add(20, 30));
        assertEquals(1, ranges.count());
    }
}
