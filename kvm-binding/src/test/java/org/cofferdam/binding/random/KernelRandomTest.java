package org.cofferdam.binding.random;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What getrandom gives fills the whole array, and is not the same twice. */
final class KernelRandomTest {
    @Test
    void everyPartOfAnArrayIsFilledAndNoTwoAreTheSame() {
        for (int length : new int[] {16, 256, 257, 5000}) {
            byte[] one = new byte[length];
            byte[] other = new byte[length];
            KernelRandom.fill(one);
            KernelRandom.fill(other);
            assertFalse(Arrays.equals(one, other));
            // The chance of eight zero bytes at any one place is 2^-64.
            assertTrue(notZero(one, 0) && notZero(one, length - 8), "length " + length);
        }
        KernelRandom.fill(new byte[0]);
    }

    private static boolean notZero(byte[] bytes, int from) {
        return !Arrays.equals(bytes, from, from + 8, new byte[8], 0, 8);
    }
}
