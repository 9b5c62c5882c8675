package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;

/**
 * Cuts a large TCP or UDP frame into the frames that go on a wire, with all checksums complete: what a receiver needs
 * that takes no segmentation offload.
 *
 * <p>{@link #begin} checks the frame, then each segment can be written by its number, in any order and as often as the
 * receiver has room. The frame must stay in place and unchanged meanwhile. One thread, allocation-free.
 *
 * <p>Which fields change is Linux's tcp_gso_segment and inet_gso_segment: sequence and identification go up, FIN and
 * PSH stay on the last segment only, CWR on the first only.
 */
public final class Segmenter {
    private final FrameView view = new FrameView();
    private MemorySegment source = MemorySegment.NULL;
    private long frame;
    private int size;
    private int segments;

    /**
     * Starts on a frame.
     *
     * @param offset where the Ethernet header begins
     * @param length bytes of the frame
     * @param gsoType as in a virtio-net header; {@link NetHeader#GSO_ECN} is allowed
     * @param gsoSize payload bytes of each segment but the last
     * @return false when the frame does not fit the type or the size is too small; then nothing can be written
     */
    public boolean begin(MemorySegment memory, long offset, int length, int gsoType, int gsoSize) {
        segments = 0;
        int type = gsoType & ~NetHeader.GSO_ECN;
        if (gsoSize < 1 || !view.parse(memory, offset, length)) {
            return false;
        }
        boolean tcp = view.isTcp() && gsoSize >= OffloadCheck.SMALLEST_SEGMENT;
        boolean fits =
                switch (type) {
                    case NetHeader.GSO_TCPV4 -> tcp && view.isIpv4();
                    case NetHeader.GSO_TCPV6 -> tcp && !view.isIpv4();
                    case NetHeader.GSO_UDP -> !view.isTcp();
                    default -> false;
                };
        if (!fits) {
            return false;
        }
        source = memory;
        frame = offset;
        size = gsoSize;
        // A packet without payload is one segment too.
        segments = Math.max(1, (view.end() - view.payload() + gsoSize - 1) / gsoSize);
        return true;
    }

    /** How many segments the frame makes; 0 if {@link #begin} refused it. */
    public int segments() {
        return segments;
    }

    /** Bytes of the largest segment's frame. */
    public int largest() {
        return view.payload() + Math.min(size, view.end() - view.payload());
    }

    /**
     * Writes one segment's frame.
     *
     * @param index from 0
     * @param target has room for {@link #largest} bytes from {@code targetOffset} on, elsewhere than the source
     * @return bytes of the frame
     */
    public int write(int index, MemorySegment target, long targetOffset) {
        if (index < 0 || index >= segments) {
            throw new IndexOutOfBoundsException("Segment " + index + " of " + segments);
        }
        int headers = view.payload();
        int done = index * size;
        int payload = Math.min(size, view.end() - headers - done);
        MemorySegment.copy(source, frame, target, targetOffset, headers);
        MemorySegment.copy(source, frame + headers + done, target, targetOffset + headers, payload);

        long ip = targetOffset + view.network();
        if (view.isIpv4()) {
            Ipv4.putTotalLength(target, ip, headers - view.network() + payload);
            Ipv4.putIdentification(target, ip, Ipv4.identification(target, ip) + index & 0xffff);
            Ipv4.putChecksum(target, ip);
        } else {
            Ipv6.putPayloadLength(
                    target, ip, headers - view.network() - Ipv6.HEADER_BYTES + payload);
        }

        long transport = targetOffset + view.transport();
        int transportBytes = headers - view.transport() + payload;
        int field;
        if (view.isTcp()) {
            int flags = Tcp.flags(target, transport);
            flags &= index == segments - 1 ? 0xff : ~(Tcp.FIN | Tcp.PSH);
            flags &= index == 0 ? 0xff : ~Tcp.CWR;
            Tcp.putFlags(target, transport, flags);
            Tcp.putSequence(target, transport, Tcp.sequence(target, transport) + done);
            field = Tcp.CHECKSUM;
        } else {
            Udp.putLength(target, transport, transportBytes);
            field = Udp.CHECKSUM;
        }
        // With the pseudo-header's sum in the field, this is a frame whose checksum needs
        // completing.
        int seed = InternetChecksum.fold(view.pseudoHeader(target, targetOffset, transportBytes));
        Wire.putU16(target, transport + field, seed);
        InternetChecksum.complete(target, targetOffset, headers + payload, view.transport(), field);
        return headers + payload;
    }
}
