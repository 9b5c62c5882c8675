package org.cofferdam.libos.net.link;

/**
 * What a frame asks of its receiver, or tells it: the fields of virtio_net_hdr (virtio 1.2, section 5.1.6) as plain
 * numbers. A link fills its own for each frame it hands over; the stack fills its own for each frame it commits.
 *
 * <p>One thread, reused, allocation-free.
 */
public final class Offload {
    /** In {@link #flags}: the checksum field holds the pseudo-header's sum and is to be completed. */
    public static final int NEEDS_CSUM = 1;

    /** In {@link #flags}: whoever handed the frame over has checked its transport checksum. */
    public static final int DATA_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_TCPV6 = 4;

    /** {@link #NEEDS_CSUM}, {@link #DATA_VALID}, or none; other bits mean nothing. */
    public int flags;

    /** {@link #GSO_NONE}, or the kind of segments that the frame is to be cut into. */
    public int gsoType;

    /** Payload bytes of each segment, if {@link #gsoType} is not {@link #GSO_NONE}. */
    public int gsoSize;

    /** Bytes of all headers, counted from the frame's start; a hint. */
    public int headerLength;

    /** Where the checksummed bytes begin, counted from the frame's start. */
    public int checksumStart;

    /** Where the checksum is stored, counted from {@link #checksumStart}. */
    public int checksumOffset;

    /** Asks for nothing. */
    public void clear() {
        flags = 0;
        gsoType = GSO_NONE;
        gsoSize = 0;
        headerLength = 0;
        checksumStart = 0;
        checksumOffset = 0;
    }

    /** Takes over all fields. */
    public void set(Offload other) {
        flags = other.flags;
        gsoType = other.gsoType;
        gsoSize = other.gsoSize;
        headerLength = other.headerLength;
        checksumStart = other.checksumStart;
        checksumOffset = other.checksumOffset;
    }
}
