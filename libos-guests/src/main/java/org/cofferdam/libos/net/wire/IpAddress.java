package org.cofferdam.libos.net.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An IP address of either family as 128 bits; an IPv4 address is mapped (RFC 4291, section 2.5.5.2). The hot path
 * passes the two longs; this record is for interfaces and tables.
 *
 * @param high the first eight bytes
 * @param low the last eight bytes
 */
public record IpAddress(long high, long low) {
    /** The last eight bytes of a mapped IPv4 address, without the address. */
    private static final long MAPPED = 0xffff_0000_0000L;

    /** 0.0.0.0. */
    public static final IpAddress ANY_V4 = v4(0);

    /** The unspecified address of IPv6. */
    public static final IpAddress ANY_V6 = new IpAddress(0, 0);

    /** The loopback address of IPv4 that programs use. */
    public static final IpAddress LOOPBACK_V4 = v4(0x7f00_0001);

    /** The loopback address of IPv6. */
    public static final IpAddress LOOPBACK_V6 = new IpAddress(0, 1);

    /** An IPv4 address from its number, its first byte highest. */
    public static IpAddress v4(int address) {
        return new IpAddress(0, mapped(address));
    }

    /** Reads a literal of either family; no name is looked up. */
    public static IpAddress parse(String literal) {
        return of(InetAddress.ofLiteral(literal));
    }

    /** The JDK's address as ours. */
    public static IpAddress of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == 4
                ? v4(bytes.getInt())
                : new IpAddress(bytes.getLong(), bytes.getLong());
    }

    /** The lower half of a mapped IPv4 address; the upper one is 0. */
    public static long mapped(int address) {
        return MAPPED | Integer.toUnsignedLong(address);
    }

    /** Whether the two halves are an IPv4 address. */
    public static boolean isV4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** Whether it is of IPv4. */
    public boolean isV4() {
        return isV4(high, low);
    }

    /** The number of an IPv4 address. */
    public int v4() {
        return (int) low;
    }

    /** Whether it says "any address" in its family. */
    public boolean isAny() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /** Whether it is ours by definition: 127/8 (RFC 1122, section 3.2.1.3) or ::1 (RFC 4291, section 2.5.3). */
    public static boolean isLoopback(long high, long low) {
        return high == 0 && (low == 1 || low >>> 24 == (MAPPED >>> 24 | 127));
    }

    /** Whether it is a group's: 224/4 (RFC 1112) or ff00::/8 (RFC 4291, section 2.7). */
    public static boolean isMulticast(long high, long low) {
        return isV4(high, low) ? (low >>> 28 & 0xf) == 0xe : high >>> 56 == 0xff;
    }

    /** Whether it is link-local of IPv6, fe80::/10 (RFC 4291, section 2.5.6). */
    public static boolean isLinkLocalV6(long high) {
        return high >>> 54 == 0xfe80 >>> 6;
    }

    /** As the JDK's address. */
    public InetAddress toInetAddress() {
        byte[] bytes =
                isV4()
                        ? ByteBuffer.allocate(4).putInt(v4()).array()
                        : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            // Only a wrong length is refused.
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return toInetAddress().getHostAddress();
    }
}
