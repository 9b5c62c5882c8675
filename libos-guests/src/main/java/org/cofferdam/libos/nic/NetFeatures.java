package org.cofferdam.libos.nic;

/** The virtio features that this card can use (virtio 1.2, sections 5.1.3 and 6). */
public final class NetFeatures {
    public static final long CSUM = 1L;
    public static final long GUEST_CSUM = 1L << 1;
    public static final long MTU = 1L << 3;
    public static final long MAC = 1L << 5;
    public static final long GUEST_TSO4 = 1L << 7;
    public static final long GUEST_TSO6 = 1L << 8;
    public static final long HOST_TSO4 = 1L << 11;
    public static final long HOST_TSO6 = 1L << 12;
    public static final long MRG_RXBUF = 1L << 15;
    public static final long EVENT_IDX = 1L << 29;
    public static final long VERSION_1 = 1L << 32;
    public static final long IN_ORDER = 1L << 35;

    /** Frames as they are on the wire, of any MTU. */
    public static final long PLAIN = MTU | MAC | MRG_RXBUF | EVENT_IDX | VERSION_1 | IN_ORDER;

    /** With checksums and segmentation left to the other end, both ways. */
    public static final long OFFLOADS =
            PLAIN | CSUM | GUEST_CSUM | GUEST_TSO4 | GUEST_TSO6 | HOST_TSO4 | HOST_TSO6;

    private NetFeatures() {}
}
