package org.cofferdam.proxy.packetswitch;

import java.util.Arrays;

/**
 * How many different values were added, about: linear counting (Whang and others, 1990) in a fixed number of bits. One
 * thread, allocation-free; who does not know the seed cannot choose values that fall together.
 */
final class FlowSketch {
    private static final int BITS = 2048;

    /** What all bits set stand for: the number of values after which that is likely. */
    static final int MOST = (int) Math.round(BITS * Math.log(BITS));

    private final long[] words = new long[BITS / Long.SIZE];

    /** Adds a value by its {@link #mix mixed} bits. */
    void add(long mixed) {
        words[(int) (mixed >>> 6) & words.length - 1] |= 1L << mixed;
    }

    /** Spreads a value over all bits; the same for the same seed. */
    static long mix(long seed, long high, long low, int more) {
        long h = (low ^ seed) * 0x9e37_79b9_7f4a_7c15L;
        h = (h ^ h >>> 32 ^ high) * 0xd6e8_feb8_6659_fd93L;
        h = (h ^ h >>> 32 ^ more) * 0xd6e8_feb8_6659_fd93L;
        return h ^ h >>> 32;
    }

    /** The estimate: within a few per cent up to some thousands, at most {@link #MOST}. */
    int estimate() {
        int set = 0;
        for (long word : words) {
            set += Long.bitCount(word);
        }
        return set == BITS ? MOST : (int) Math.round(-BITS * Math.log1p(-(double) set / BITS));
    }

    void clear() {
        Arrays.fill(words, 0);
    }
}
