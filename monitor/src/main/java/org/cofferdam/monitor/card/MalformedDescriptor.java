package org.cofferdam.monitor.card;

/** What was wrong with a descriptor; its packet is dropped. */
public enum MalformedDescriptor {
    /** DTYP is neither context nor data (DS 7.2.4). */
    UNKNOWN_TYPE(0),
    /** More bytes before EOP than the card can send as one packet. */
    PACKET_TOO_LONG(1),
    /** Shorter than an Ethernet header, or a runt with padding off. */
    PACKET_TOO_SHORT(2),
    /** Legacy and extended data descriptors in one packet. */
    MIXED_TYPES(3),
    /** Segmentation asked for with no segmentation context loaded. */
    NO_CONTEXT(4),
    /** MSS must be more than 16 (DS 7.2.9.3.1), and a segment no longer than the card's longest frame. */
    BAD_SEGMENT_SIZE(5),
    /** HDRLEN shorter than the headers that the context names, or longer than the packet. */
    BAD_HEADER_LENGTH(6),
    /** PAYLEN does not match the bytes up to EOP. */
    BAD_PAYLOAD_LENGTH(7),
    /** A checksum range or place outside the packet. */
    CHECKSUM_OUTSIDE_PACKET(8),
    /** FCS insertion is off and the packet does not end in its right FCS: no peer would take it. */
    WRONG_FRAME_CHECK(9);

    private final int code;

    MalformedDescriptor(int code) {
        this.code = code;
    }

    /** The number in the audit log, which never changes. */
    public int code() {
        return code;
    }
}
