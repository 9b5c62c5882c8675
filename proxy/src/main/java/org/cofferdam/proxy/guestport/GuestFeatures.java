package org.cofferdam.proxy.guestport;

import org.cofferdam.proxy.frame.NetHeader;

/**
 * The virtio features of a network device that this back end has (virtio 1.2, sections 5.1.3 and 6), and what a guest
 * has accepted of them.
 *
 * @param bits as a driver accepts them
 */
public record GuestFeatures(long bits) {
    public static final long CSUM = 1L;
    public static final long GUEST_CSUM = 1L << 1;
    public static final long MTU = 1L << 3;
    public static final long MAC = 1L << 5;
    public static final long GUEST_TSO4 = 1L << 7;
    public static final long GUEST_TSO6 = 1L << 8;
    public static final long HOST_TSO4 = 1L << 11;
    public static final long HOST_TSO6 = 1L << 12;
    public static final long MRG_RXBUF = 1L << 15;
    public static final long STATUS = 1L << 16;
    public static final long MQ = 1L << 22;
    public static final long INDIRECT_DESC = 1L << 28;
    public static final long EVENT_IDX = 1L << 29;
    public static final long VERSION_1 = 1L << 32;
    public static final long RING_PACKED = 1L << 34;
    public static final long IN_ORDER = 1L << 35;

    /** All that a guest may accept. */
    public static final long OFFERED =
            CSUM
                    | GUEST_CSUM
                    | MTU
                    | MAC
                    | GUEST_TSO4
                    | GUEST_TSO6
                    | HOST_TSO4
                    | HOST_TSO6
                    | MRG_RXBUF
                    | STATUS
                    | MQ
                    | INDIRECT_DESC
                    | EVENT_IDX
                    | VERSION_1
                    | RING_PACKED
                    | IN_ORDER;

    /** Whether the guest has accepted this. */
    public boolean has(long feature) {
        return (bits & feature) != 0;
    }

    /** Whether the guest, as receiver, completes checksums itself. */
    boolean takesPartialChecksums() {
        return has(GUEST_CSUM);
    }

    /** Whether the guest, as receiver, takes frames of this segmentation type whole. */
    boolean takesSegmentation(int gsoType) {
        return switch (gsoType) {
            case NetHeader.GSO_NONE -> true;
            case NetHeader.GSO_TCPV4 -> has(GUEST_TSO4);
            case NetHeader.GSO_TCPV6 -> has(GUEST_TSO6);
            default -> false;
        };
    }

    /** Whether the guest, as sender, may ask for this (section 5.1.6.2.1). */
    boolean maySend(int flags, int gsoType) {
        if ((flags & NetHeader.NEEDS_CSUM) != 0 && !has(CSUM)) {
            return false;
        }
        return switch (gsoType) {
            case NetHeader.GSO_NONE -> true;
            case NetHeader.GSO_TCPV4 -> has(HOST_TSO4);
            case NetHeader.GSO_TCPV6 -> has(HOST_TSO6);
            default -> false;
        };
    }
}
