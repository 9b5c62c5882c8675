package org.cofferdam.audit.kafka.ship;

import org.cofferdam.audit.format.BlockHash;

/** Hashes out of their 64 hexadecimal digits. */
final class Hashes {
    private Hashes() {}

    /** The hash that {@link BlockHash#hex} gives these digits for; the caller has matched them. */
    static BlockHash parse(String hex) {
        return new BlockHash(word(hex, 0), word(hex, 16), word(hex, 32), word(hex, 48));
    }

    private static long word(String hex, int at) {
        return Long.reverseBytes(Long.parseUnsignedLong(hex, at, at + 16, 16));
    }
}
