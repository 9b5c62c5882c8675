package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071).
 *
 * <p>A partial sum is a {@code long} that only this class reads. It adds little-endian words of up to 32 bits, which
 * gives the same result once its bytes are swapped (RFC 1071, section 2(B)); {@link #finish} returns the number as it
 * stands in a header. A long takes 2^31 such words before it could overflow, and a packet has fewer than 2^14.
 *
 * <p>Allocation-free, any thread.
 */
public final class InternetChecksum {
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long LOW = 0xffff_ffffL;

    private InternetChecksum() {}

    /**
     * Adds bytes to a partial sum. All pieces of a packet but the last have an even length.
     *
     * @param partial what came before, 0 at the start
     */
    public static long add(long partial, MemorySegment memory, long offset, int bytes) {
        long low = partial & LOW;
        long high = partial >>> 32;
        long at = offset;
        long end = offset + bytes;
        for (; at + 16 <= end; at += 16) {
            long a = memory.get(U64, at);
            long b = memory.get(U64, at + 8);
            low += (a & LOW) + (b & LOW);
            high += (a >>> 32) + (b >>> 32);
        }
        for (; at + 2 <= end; at += 2) {
            low += memory.get(U16, at) & 0xffff;
        }
        if (at < end) {
            low += memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
        }
        return carry(low) + carry(high);
    }

    /**
     * Adds the pseudo-header of TCP and UDP over IPv4 (RFC 9293, section 3.1) or IPv6 (RFC 8200, section 8.1). Both are the
     * same sum: the mapped prefix of an IPv4 address adds 0xffff, which is zero in ones' complement.
     */
    public static long pseudoHeader(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int transportBytes) {
        long sum = word(protocol) + word(transportBytes >>> 16) + word(transportBytes & 0xffff);
        sum += swapped(sourceHigh) + swapped(sourceLow);
        return sum + swapped(destinationHigh) + swapped(destinationLow);
    }

    /** The sum as a header holds it that asks for completion: 16 bits, not complemented. */
    public static int fold(long partial) {
        long sum = carry(carry(partial));
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return Short.toUnsignedInt(Short.reverseBytes((short) sum));
    }

    /** The checksum to store. */
    public static int finish(long partial) {
        return ~fold(partial) & 0xffff;
    }

    /** Whether the sum over bytes with their checksum, and the pseudo-header where there is one, is right. */
    public static boolean isRight(long partial) {
        return fold(partial) == 0xffff;
    }

    private static long word(int value) {
        return Short.toUnsignedLong(Short.reverseBytes((short) value));
    }

    private static long swapped(long bigEndian) {
        long little = Long.reverseBytes(bigEndian);
        return (little & LOW) + (little >>> 32);
    }

    private static long carry(long sum) {
        return (sum & LOW) + (sum >>> 32);
    }
}
