package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cofferdam.proxy.frame.InternetChecksum;

/**
 * Sums of 16 bits as the Internet checksum adds them (RFC 1071), as the registers and descriptors hold them:
 * folded, not inverted. Over memory that is the card's own.
 */
final class OnesComplement {
    private static final ValueLayout.OfShort BIG_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private OnesComplement() {}

    /** The sum of a range, as a number of 16 bits in network order; an odd last byte counts as the upper. */
    static int sum(MemorySegment memory, long offset, int length) {
        return InternetChecksum.fold(InternetChecksum.sum(memory, offset, length));
    }

    /** Adds the carries back until 16 bits are left. */
    static int fold(long sum) {
        sum = (sum & 0xffff_ffffL) + (sum >>> 32);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return (int) ((sum & 0xffff) + (sum >>> 16));
    }

    /** What is left of a sum without a part of it. */
    static int subtract(int sum, int part) {
        return fold((long) sum + (~part & 0xffff));
    }

    static int load16(MemorySegment memory, long offset) {
        return memory.get(BIG_SHORT, offset) & 0xffff;
    }

    static void store16(MemorySegment memory, long offset, int value) {
        memory.set(BIG_SHORT, offset, (short) value);
    }
}
