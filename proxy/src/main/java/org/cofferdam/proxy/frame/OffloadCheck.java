package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;

/**
 * Checks what a virtio-net header asks for against the frame behind it, and rewrites the header so that whoever reads
 * it next may believe it: unknown flags gone, fields that mean nothing zero, hdr_len exact.
 *
 * <p>Works on the private copy, never on the peer's memory. One thread, allocation-free.
 */
public final class OffloadCheck {
    /** No stack sends TCP segments with fewer bytes (TCP_MIN_SND_MSS in Linux); bounds how many one frame becomes. */
    public static final int SMALLEST_SEGMENT = 48;

    /** Linux refuses a frame that becomes more datagrams (UDP_MAX_SEGMENTS before 6.9, twice as many since). */
    public static final int MOST_DATAGRAMS = 64;

    private final FrameView view = new FrameView();
    private int segments;
    private int wireBytes;

    /**
     * Checks and rewrites one header.
     *
     * @param header offset of the 12-byte header
     * @param frame offset of the frame
     * @param length bytes of the frame
     */
    public HeaderFault apply(MemorySegment memory, long header, long frame, int length) {
        segments = 1;
        wireBytes = length;
        // Section 5.1.6.2.2: flags that are not known are ignored.
        int flags = NetHeader.flags(memory, header) & (NetHeader.NEEDS_CSUM | NetHeader.DATA_VALID);
        int type = NetHeader.gsoType(memory, header);
        if (flags == 0 && type == NetHeader.GSO_NONE) {
            NetHeader.clear(memory, header);
            return HeaderFault.NONE;
        }
        boolean partial = (flags & NetHeader.NEEDS_CSUM) != 0;
        int start = partial ? NetHeader.checksumStart(memory, header) : 0;
        int field = partial ? NetHeader.checksumOffset(memory, header) : 0;
        // Two 16-bit values and 2: the sum cannot overflow. The Ethernet header is nobody's
        // checksum.
        if (partial && (start < Ethernet.HEADER_BYTES || start + field + 2 > length)) {
            return HeaderFault.CHECKSUM_PLACE;
        }
        if (type == NetHeader.GSO_NONE) {
            NetHeader.write(memory, header, flags, NetHeader.GSO_NONE, 0, 0, start, field);
            return HeaderFault.NONE;
        }
        boolean datagrams = type == NetHeader.GSO_UDP;
        if (!datagrams && type != NetHeader.GSO_TCPV4 && type != NetHeader.GSO_TCPV6) {
            return HeaderFault.GSO_TYPE;
        }
        if (!partial) {
            return HeaderFault.GSO_WITHOUT_CHECKSUM;
        }
        int size = NetHeader.gsoSize(memory, header);
        if (size < (datagrams ? 1 : SMALLEST_SEGMENT)) {
            return HeaderFault.GSO_SIZE;
        }
        if (!view.parse(memory, frame, length)
                || view.end() != length
                || view.transport() != start
                || !(datagrams
                        ? isUdp(memory, frame, length, field)
                        : isTcp(type == NetHeader.GSO_TCPV4, field))) {
            return HeaderFault.GSO_HEADERS;
        }
        int payload = length - view.payload();
        if (datagrams && payload > size * MOST_DATAGRAMS) {
            return HeaderFault.GSO_SIZE;
        }
        if (payload <= size) {
            // One segment: nothing to cut.
            NetHeader.write(memory, header, flags, NetHeader.GSO_NONE, 0, 0, start, field);
            return HeaderFault.NONE;
        }
        segments = (payload + size - 1) / size;
        wireBytes = view.payload() + size;
        NetHeader.write(memory, header, flags, type, view.payload(), size, start, field);
        return HeaderFault.NONE;
    }

    private boolean isTcp(boolean ipv4, int checksumField) {
        return view.isTcp() && view.isIpv4() == ipv4 && checksumField == Tcp.CHECKSUM;
    }

    private boolean isUdp(MemorySegment memory, long frame, int length, int checksumField) {
        int transport = view.transport();
        return !view.isTcp()
                && Udp.length(memory, frame + transport) == length - transport
                && checksumField == Udp.CHECKSUM;
    }

    /** How many frames on a wire the last frame is. */
    public int segments() {
        return segments;
    }

    /** Bytes of the largest of them. */
    public int wireBytes() {
        return wireBytes;
    }
}
