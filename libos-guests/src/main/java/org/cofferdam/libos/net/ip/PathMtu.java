package org.cofferdam.libos.net.ip;

import org.cofferdam.libos.net.wire.IpAddress;

/**
 * Path MTUs that are smaller than the link's (RFC 1191, RFC 8201), by destination: a bounded table in which a new
 * destination takes the place of another that hashes alike. An entry is forgotten after ten minutes (RFC 1191, section
 * 6.3), so that a path that got wider is used again.
 *
 * <p>The stack's thread, allocation-free. Who lowers a path has made sure that the ICMP error is about a packet of ours.
 */
public final class PathMtu {
    /** Nobody lowers a path of IPv4 further, so that a forged message cannot make packets tiny (as Linux does). */
    public static final int LEAST_V4 = 552;

    /** RFC 8201, section 4: a path of IPv6 carries 1280 bytes. */
    public static final int LEAST_V6 = 1280;

    private static final int ENTRIES = 64;
    private static final long KEPT_NANOS = 600_000_000_000L;

    private final long[] high = new long[ENTRIES];
    private final long[] low = new long[ENTRIES];
    private final int[] mtu = new int[ENTRIES];
    private final long[] until = new long[ENTRIES];

    /** Bytes of the longest packet to a destination. */
    public int get(long destinationHigh, long destinationLow, int linkMtu, long now) {
        int at = place(destinationHigh, destinationLow);
        boolean known =
                mtu[at] != 0
                        && high[at] == destinationHigh
                        && low[at] == destinationLow
                        && until[at] - now > 0;
        return known ? Math.min(mtu[at], linkMtu) : linkMtu;
    }

    /**
     * Notes a smaller path.
     *
     * @param told what the router said, 0 if it did not
     * @param tried bytes of the packet that did not pass, as far as known
     * @return the path's MTU from now on
     */
    public int lower(long destinationHigh, long destinationLow, int told, int tried, long now) {
        boolean v4 = IpAddress.isV4(destinationHigh, destinationLow);
        int least = v4 ? LEAST_V4 : LEAST_V6;
        int next = told > 0 ? told : tried * 3 / 4;
        // A router that says more than what did not pass says nothing (RFC 1191, section 3).
        next = Math.max(least, Math.min(next, tried));
        int at = place(destinationHigh, destinationLow);
        high[at] = destinationHigh;
        low[at] = destinationLow;
        mtu[at] = next;
        until[at] = now + KEPT_NANOS;
        return next;
    }

    private static int place(long high, long low) {
        return (int) (((high * 31 + low) * 0x9e37_79b9_7f4a_7c15L) >>> 58);
    }
}
