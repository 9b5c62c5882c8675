package org.cofferdam.libos.net.ip;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.libos.net.wire.IpAddress;

/**
 * The stack's own addresses and its one router for each family. Changed and read on the stack's thread.
 *
 * <p>There is one link, so a route is this: what shares a prefix with us is on the link, the rest goes to the router.
 */
public final class Addresses {
    /** More IPv6 addresses than this are not taken, whatever a router advertises. */
    public static final int MOST_V6 = 8;

    private int v4;
    private int v4Mask;
    private int v4Router;

    /** The network's, 0 for none; read by any thread. */
    private volatile int v4Broadcast;

    private final long[] high = new long[MOST_V6];
    private final long[] low = new long[MOST_V6];
    private int v6Count;
    private final List<Prefix> onLink = new ArrayList<>();
    private long routerHigh;
    private long routerLow;

    /** A prefix of IPv6 whose addresses are on the link. */
    record Prefix(long high, long low, int bits) {
        boolean covers(long otherHigh, long otherLow) {
            long highMask = bits == 0 ? 0 : -1L << Math.max(0, 64 - bits);
            long lowMask = bits <= 64 ? 0 : -1L << (128 - bits);
            return ((high ^ otherHigh) & highMask) == 0 && ((low ^ otherLow) & lowMask) == 0;
        }
    }

    /**
     * Sets the IPv4 address; 0 for none.
     *
     * @param prefix bits of the network, 0 to 32
     * @param router where all other addresses are reached, 0 for nowhere
     */
    public void setV4(int address, int prefix, int router) {
        if (prefix < 0 || prefix > 32) {
            throw new IllegalArgumentException("an IPv4 prefix has 0 to 32 bits: " + prefix);
        }
        v4 = address;
        v4Mask = prefix == 0 ? 0 : -1 << (32 - prefix);
        v4Router = router;
        // A network of one or two addresses has none (RFC 3021).
        v4Broadcast = address != 0 && prefix < 31 ? address | ~v4Mask : 0;
    }

    /** Adds an IPv6 address, if there is room. Says whether it is there now. */
    public boolean addV6(IpAddress address) {
        if (isOurV6(address.high(), address.low())) {
            return true;
        }
        if (v6Count == MOST_V6) {
            return false;
        }
        high[v6Count] = address.high();
        low[v6Count++] = address.low();
        return true;
    }

    /** Takes an IPv6 address away. */
    public void removeV6(IpAddress address) {
        for (int i = 0; i < v6Count; i++) {
            if (high[i] == address.high() && low[i] == address.low()) {
                v6Count--;
                high[i] = high[v6Count];
                low[i] = low[v6Count];
                return;
            }
        }
    }

    /** Says that addresses with a prefix are on the link; at most as many as addresses. */
    public void addOnLinkV6(IpAddress prefix, int bits) {
        Prefix added = new Prefix(prefix.high(), prefix.low(), bits);
        if (!onLink.contains(added) && onLink.size() < MOST_V6) {
            onLink.add(added);
        }
    }

    /** Sets the router of IPv6; all zero for none. */
    public void setV6Router(IpAddress router) {
        routerHigh = router.high();
        routerLow = router.low();
    }

    /** The IPv4 address, 0 for none. */
    public int v4() {
        return v4;
    }

    /** All IPv6 addresses. */
    public List<IpAddress> v6() {
        List<IpAddress> all = new ArrayList<>();
        for (int i = 0; i < v6Count; i++) {
            all.add(new IpAddress(high[i], low[i]));
        }
        return all;
    }

    /** Whether an address is ours: one of the link's, or a loopback one. */
    public boolean isOurs(long addressHigh, long addressLow) {
        if (IpAddress.isLoopback(addressHigh, addressLow)) {
            return true;
        }
        return IpAddress.isV4(addressHigh, addressLow)
                ? v4 != 0 && (int) addressLow == v4
                : isOurV6(addressHigh, addressLow);
    }

    private boolean isOurV6(long addressHigh, long addressLow) {
        for (int i = 0; i < v6Count; i++) {
            if (high[i] == addressHigh && low[i] == addressLow) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is the solicited-node group of one of our addresses (RFC 4291, section 2.7.1) or that of all nodes. */
    boolean isOurGroupV6(long addressHigh, long addressLow) {
        if (addressHigh == 0xff02_0000_0000_0000L && addressLow == 1) {
            return true;
        }
        for (int i = 0; i < v6Count; i++) {
            if (addressHigh == 0xff02_0000_0000_0000L && addressLow == solicitedNodeLow(low[i])) {
                return true;
            }
        }
        return false;
    }

    /** The lower half of the solicited-node group of an address. */
    static long solicitedNodeLow(long addressLow) {
        return 0x0000_0001_ff00_0000L | (addressLow & 0xff_ffff);
    }

    /** Whether it is a broadcast address of IPv4 here (RFC 1122, section 3.2.1.3). Any thread. */
    public boolean isBroadcast(int address) {
        return address == -1 || (address != 0 && address == v4Broadcast);
    }

    /** The next hop to an IPv4 address on the link; 0 if there is no way. */
    int nextHopV4(int destination) {
        if (((destination ^ v4) & v4Mask) == 0 && v4 != 0) {
            return destination;
        }
        return v4Router;
    }

    /** Whether an IPv6 destination is on the link (RFC 4861, section 5.2); else it is the router's. */
    boolean isOnLinkV6(long destinationHigh, long destinationLow) {
        if (IpAddress.isLinkLocalV6(destinationHigh)) {
            return true;
        }
        for (int i = 0; i < onLink.size(); i++) {
            if (onLink.get(i).covers(destinationHigh, destinationLow)) {
                return true;
            }
        }
        return false;
    }

    long routerHigh() {
        return routerHigh;
    }

    long routerLow() {
        return routerLow;
    }

    boolean hasV6Router() {
        return (routerHigh | routerLow) != 0;
    }

    /**
     * The address that packets to a destination come from, or the family's "any" if there is none: for IPv6 one of the
     * destination's scope, and of these the longest common prefix (RFC 6724, section 5, rules 2 and 8).
     */
    public IpAddress sourceFor(IpAddress destination) {
        if (IpAddress.isLoopback(destination.high(), destination.low())
                || isOurs(destination.high(), destination.low())) {
            return destination;
        }
        if (destination.isV4()) {
            return IpAddress.v4(v4);
        }
        boolean local = IpAddress.isLinkLocalV6(destination.high());
        int best = -1;
        int bestCommon = -1;
        for (int i = 0; i < v6Count; i++) {
            long differs = high[i] ^ destination.high();
            int common =
                    differs != 0
                            ? Long.numberOfLeadingZeros(differs)
                            : 64 + Long.numberOfLeadingZeros(low[i] ^ destination.low());
            if (IpAddress.isLinkLocalV6(high[i]) == local && common > bestCommon) {
                best = i;
                bestCommon = common;
            }
        }
        return best < 0 ? IpAddress.ANY_V6 : new IpAddress(high[best], low[best]);
    }
}
