package org.cofferdam.monitor.card;

/**
 * What a TCP/IP context descriptor says (DS 7.2.10, SDM 3.3.6), copied out of the ring once. All fields are
 * untrusted; {@link SegmentationUnit} and {@link ChecksumInsertion} check them against the packet.
 */
final class TransmitContext {
    private static final int TUCMD_TCP = 1;
    private static final int TUCMD_IP4 = 1 << 1;

    private boolean loaded;
    private int ipStart;
    private int ipField;
    private int ipEnd;
    private int transportStart;
    private int transportField;
    private int transportEnd;
    private int payloadBytes;
    private int headerBytes;
    private int segmentBytes;
    private boolean tcp;
    private boolean ipv4;

    /** Takes a descriptor's two halves. */
    void load(long first, long second) {
        ipStart = (int) first & 0xff;
        ipField = (int) (first >>> 8) & 0xff;
        ipEnd = (int) (first >>> 16) & 0xffff;
        transportStart = (int) (first >>> 32) & 0xff;
        transportField = (int) (first >>> 40) & 0xff;
        transportEnd = (int) (first >>> 48) & 0xffff;
        payloadBytes = (int) second & 0xf_ffff;
        int command = (int) (second >>> 24) & 0xff;
        tcp = (command & TUCMD_TCP) != 0;
        ipv4 = (command & TUCMD_IP4) != 0;
        headerBytes = (int) (second >>> 40) & 0xff;
        segmentBytes = (int) (second >>> 48) & 0xffff;
        loaded = true;
    }

    void reset() {
        load(0, 0);
        loaded = false;
    }

    boolean loaded() {
        return loaded;
    }

    /** IPCSS: where the IP header begins. */
    int ipStart() {
        return ipStart;
    }

    /** IPCSO: where the IP checksum goes. */
    int ipField() {
        return ipField;
    }

    /** IPCSE: the last byte of the IP checksum, inclusive; 0 for the end of the packet. */
    int ipEnd() {
        return ipEnd;
    }

    /** TUCSS: where the TCP or UDP header begins. */
    int transportStart() {
        return transportStart;
    }

    /** TUCSO: where the TCP or UDP checksum goes. */
    int transportField() {
        return transportField;
    }

    /** TUCSE, as IPCSE. */
    int transportEnd() {
        return transportEnd;
    }

    /** PAYLEN: bytes to segment behind the headers. */
    int payloadBytes() {
        return payloadBytes;
    }

    /** HDRLEN: bytes of all headers. */
    int headerBytes() {
        return headerBytes;
    }

    /** MSS: payload bytes of each segment but the last. */
    int segmentBytes() {
        return segmentBytes;
    }

    /** TCP, else UDP. */
    boolean tcp() {
        return tcp;
    }

    /** IPv4, else IPv6. */
    boolean ipv4() {
        return ipv4;
    }
}
