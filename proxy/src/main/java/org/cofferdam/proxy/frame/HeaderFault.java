package org.cofferdam.proxy.frame;

/** What is wrong with a virtio-net header. */
public enum HeaderFault {
    /** Nothing. */
    NONE,
    /** The checksum's place does not lie inside the frame, behind the Ethernet header. */
    CHECKSUM_PLACE,
    /** A segmentation type that does not exist or that nobody here takes. */
    GSO_TYPE,
    /** Segmentation without a checksum to complete (virtio 1.2, section 5.1.6.2.1). */
    GSO_WITHOUT_CHECKSUM,
    /** The frame is not of the protocol that the segmentation type names, or its headers do not fit it. */
    GSO_HEADERS,
    /** Segments of no bytes, so small that no honest stack sends them, or more datagrams than a receiver takes. */
    GSO_SIZE
}
