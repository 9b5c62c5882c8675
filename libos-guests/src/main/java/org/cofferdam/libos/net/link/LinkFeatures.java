package org.cofferdam.libos.net.link;

/**
 * What a link does for the frames that the stack commits. Frames that come in may always ask for the same.
 *
 * @param checksum it completes transport checksums ({@link Offload#NEEDS_CSUM})
 * @param tso4 it cuts TCP over IPv4 into segments ({@link Offload#GSO_TCPV4})
 * @param tso6 it cuts TCP over IPv6 into segments ({@link Offload#GSO_TCPV6})
 */
public record LinkFeatures(boolean checksum, boolean tso4, boolean tso6) {
    /** It sends frames as they are. */
    public static final LinkFeatures NONE = new LinkFeatures(false, false, false);

    /** It does all of it. */
    public static final LinkFeatures ALL = new LinkFeatures(true, true, true);

    /** A segment that is cut gets its checksums then, so one needs the other (virtio 1.2, section 5.1.3.1). */
    public LinkFeatures {
        if ((tso4 || tso6) && !checksum) {
            throw new IllegalArgumentException("segmentation needs checksum offload");
        }
    }
}
