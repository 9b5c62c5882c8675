package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071), eight bytes at a time.
 *
 * <p>A partial sum is a {@code long} that only this class reads: it adds little-endian words, because the order of
 * bytes does not matter to a ones' complement sum until its end (RFC 1071, section 2(B)). {@link #fold} and {@link
 * #finish} give the number as it stands in a header, to be stored big-endian.
 *
 * <p>Allocation-free, any thread. The bytes must be a private copy: a mapping that vanishes under vector code would
 * end the JVM.
 */
public final class InternetChecksum {
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long LOW = 0xffff_ffffL;

    private InternetChecksum() {}

    /** The partial sum of some bytes. */
    public static long sum(MemorySegment memory, long offset, int bytes) {
        return sum(memory, offset, bytes, 0);
    }

    /**
     * Adds bytes to a partial sum. All pieces but the last must have an even number of bytes.
     *
     * @param partial what came before; 0 at the start
     */
    public static long sum(MemorySegment memory, long offset, int bytes, long partial) {
        // Each step adds less than 2^34 to a lane; 2^31 bytes are 2^26 steps, so no lane reaches
        // 2^61.
        long even = partial & LOW;
        long odd = partial >>> 32;
        int at = 0;
        for (; at <= bytes - 32; at += 32) {
            long a = memory.get(U64, offset + at);
            long b = memory.get(U64, offset + at + 8);
            long c = memory.get(U64, offset + at + 16);
            long d = memory.get(U64, offset + at + 24);
            even += (a & LOW) + (b & LOW) + (c & LOW) + (d & LOW);
            odd += (a >>> 32) + (b >>> 32) + (c >>> 32) + (d >>> 32);
        }
        for (; at <= bytes - 4; at += 4) {
            even += memory.get(U32, offset + at) & LOW;
        }
        if (at <= bytes - 2) {
            odd += memory.get(U16, offset + at) & 0xffff;
            at += 2;
        }
        if (at < bytes) {
            odd += memory.get(ValueLayout.JAVA_BYTE, offset + at) & 0xff;
        }
        // Carries out of the upper half come back in at the bottom, so the result stays below 2^34.
        return narrow(even) + narrow(odd);
    }

    /** The pseudo-header of IPv4 (RFC 9293, section 3.1): addresses, protocol, bytes of the transport packet. */
    public static long pseudoHeaderIpv4(
            MemorySegment memory, long ip, int protocol, int transportBytes) {
        return sum(memory, ip + 12, 8)
                + word(protocol)
                + word(transportBytes & 0xffff)
                + word(transportBytes >>> 16);
    }

    /** The pseudo-header of IPv6 (RFC 8200, section 8.1). */
    public static long pseudoHeaderIpv6(
            MemorySegment memory, long ip, int protocol, int transportBytes) {
        return sum(memory, ip + 8, 32)
                + word(protocol)
                + word(transportBytes & 0xffff)
                + word(transportBytes >>> 16);
    }

    /** The sum as a number of 16 bits, not complemented: what a field holds that asks for completion. */
    public static int fold(long partial) {
        long sum = narrow(partial);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return Short.toUnsignedInt(Short.reverseBytes((short) sum));
    }

    /** The checksum to store. */
    public static int finish(long partial) {
        return ~fold(partial) & 0xffff;
    }

    /** Whether bytes that include their checksum (and the pseudo-header) are right. */
    public static boolean isValid(long partial) {
        return fold(partial) == 0xffff;
    }

    /**
     * Completes a partial checksum, as VIRTIO_NET_HDR_F_NEEDS_CSUM asks (virtio 1.2, section 5.1.6.2): the field holds
     * the pseudo-header's sum, and gets the checksum of everything from {@code start} on.
     *
     * @param start where the checksummed bytes begin, counted from the frame's start
     * @param field where the checksum is stored, counted from {@code start}; checked by the caller to lie in the frame
     */
    public static void complete(
            MemorySegment memory, long frame, int length, int start, int field) {
        int checksum = finish(sum(memory, frame + start, length - start));
        // Zero means "none" to UDP; its other representation is right for every protocol (RFC 768).
        Wire.putU16(memory, frame + start + field, checksum == 0 ? 0xffff : checksum);
    }

    private static long word(int value) {
        return Short.toUnsignedLong(Short.reverseBytes((short) value));
    }

    private static long narrow(long sum) {
        return (sum & LOW) + (sum >>> 32);
    }
}
