package org.cofferdam.proxy.kernel;

import java.util.List;
import org.cofferdam.proxy.frame.Mac;

/**
 * What the kernel program must know before it lets anything through.
 *
 * @param mac the tap's address, which is the card's
 * @param mtu of the tap and the card, 68 to 65,535
 * @param ethertypes those allowed, 1 to 8, each 0x600 to 0xffff
 * @param fromDomainPerSecond frames a second that the domain may send into the host; 0 = no limit
 * @param fromHostPerSecond frames a second that the host may send into the tap; 0 = no limit
 */
public record HostSettings(
        Mac mac,
        int mtu,
        List<Integer> ethertypes,
        long fromDomainPerSecond,
        long fromHostPerSecond) {
    /** IPv4, ARP, IPv6. */
    public static final List<Integer> USUAL_ETHERTYPES = List.of(0x0800, 0x0806, 0x86dd);

    /** The largest rate. */
    public static final long MAX_RATE = 1_000_000_000;

    static final int MAX_ETHERTYPES = 8;
    private static final int HEADER_BYTES = 14;
    private static final int TAG_BYTES = 4;

    public HostSettings {
        if (mtu < 68 || mtu > 65_535) {
            throw new IllegalArgumentException("an MTU is 68 to 65535, not " + mtu);
        }
        if (ethertypes.isEmpty() || ethertypes.size() > MAX_ETHERTYPES) {
            throw new IllegalArgumentException(
                    "1 to " + MAX_ETHERTYPES + " ethertypes can be allowed, not " + ethertypes);
        }
        for (int type : ethertypes) {
            if (type < 0x600 || type > 0xffff) {
                throw new IllegalArgumentException(
                        "an ethertype is 0x600 to 0xffff, not 0x" + Integer.toHexString(type));
            }
        }
        checkRate(fromDomainPerSecond);
        checkRate(fromHostPerSecond);
        ethertypes = List.copyOf(ethertypes);
    }

    /** The usual types and no limit of rate. */
    public static HostSettings of(Mac mac, int mtu) {
        return new HostSettings(mac, mtu, USUAL_ETHERTYPES, 0, 0);
    }

    static void checkRate(long perSecond) {
        if (perSecond < 0 || perSecond > MAX_RATE) {
            throw new IllegalArgumentException(
                    "a rate is 0 to " + MAX_RATE + " frames a second, not " + perSecond);
        }
    }

    /** Bytes of the longest frame, with its VLAN tag if one is allowed. */
    int maxFrame() {
        boolean tagged = ethertypes.contains(0x8100) || ethertypes.contains(0x88a8);
        return mtu + HEADER_BYTES + (tagged ? TAG_BYTES : 0);
    }

    /** Bytes of the longest frame that is still to be segmented: an IP packet of 64 KiB. */
    int maxCoalesced() {
        return 65_535 + HEADER_BYTES + TAG_BYTES;
    }
}
