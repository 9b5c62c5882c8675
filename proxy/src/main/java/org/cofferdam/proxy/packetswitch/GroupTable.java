package org.cofferdam.proxy.packetswitch;

import org.cofferdam.proxy.frame.Mac;

/**
 * The multicast groups that a station has said it listens to, by IP address, since several map to one Ethernet address
 * and are left one by one. A fixed number of places: a station that joins more is refused the rest. Switch thread;
 * allocation-free.
 */
final class GroupTable {
    /** Most groups of a station; Linux lets a socket join 20 of IPv4. */
    static final int MOST = 64;

    private static final long IPV4_PREFIX = 0x0100_5e00_0000L;
    private static final long IPV6_PREFIX = 0x3333_0000_0000L;

    private final long[] high = new long[MOST];
    private final long[] low = new long[MOST];
    private final long[] ethernet = new long[MOST];
    private int count;

    /** The Ethernet address of a group of IPv4 (RFC 1112, section 6.4). */
    private static long ethernet4(int group) {
        return IPV4_PREFIX | (group & 0x7f_ffff);
    }

    /** The Ethernet address of a group of IPv6 (RFC 2464, section 7). */
    private static long ethernet6(long low) {
        return IPV6_PREFIX | (low & 0xffff_ffffL);
    }

    /** Joins or leaves a group of IPv4; false if there is no place for it. */
    boolean change4(int group, boolean join) {
        return change(0, Integer.toUnsignedLong(group), ethernet4(group), join);
    }

    /** Joins or leaves a group of IPv6; false if there is no place for it. */
    boolean change6(long addressHigh, long addressLow, boolean join) {
        return change(addressHigh, addressLow, ethernet6(addressLow), join);
    }

    private boolean change(long addressHigh, long addressLow, long mac, boolean join) {
        for (int i = 0; i < count; i++) {
            if (high[i] == addressHigh && low[i] == addressLow) {
                if (!join) {
                    count--;
                    high[i] = high[count];
                    low[i] = low[count];
                    ethernet[i] = ethernet[count];
                }
                return true;
            }
        }
        if (!join) {
            return true;
        }
        if (count == MOST) {
            return false;
        }
        high[count] = addressHigh;
        low[count] = addressLow;
        ethernet[count] = mac;
        count++;
        return true;
    }

    /** Whether frames to this group address are for the station. */
    boolean hears(long destination) {
        if (isEverybodys(destination)) {
            return true;
        }
        for (int i = 0; i < count; i++) {
            if (ethernet[i] == destination) {
                return true;
            }
        }
        return false;
    }

    /**
     * What nobody joins: broadcast; the local control block 224.0.0.0/24 and all IPv6 nodes (RFC 4541, sections 2.1.2 and
     * 3). And solicited-node groups (RFC 4291, section 2.7.1), which are joined, but without which a station cannot be
     * found: it must not depend on a report that came before the switch was started anew.
     */
    private static boolean isEverybodys(long destination) {
        return destination == Mac.BROADCAST
                || (destination & ~0xffL) == IPV4_PREFIX
                || destination == (IPV6_PREFIX | 1)
                || (destination & ~0xff_ffffL) == (IPV6_PREFIX | 0xff00_0000L);
    }

    /** How many groups are joined. */
    int count() {
        return count;
    }
}
