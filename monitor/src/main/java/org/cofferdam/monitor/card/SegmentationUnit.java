package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.OnesComplement.load16;
import static org.cofferdam.monitor.card.OnesComplement.store16;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * TCP segmentation: cuts one large packet into frames as its context says (DS 7.2.9 and 7.2.10, SDM 3.5).
 *
 * <p>{@link #begin} checks the context against the packet once; {@link #run} then makes as many frames as
 * the wire and the pass allow, and goes on in the next pass. Each frame is header prototype plus a slice of
 * the payload; lengths, IP identification, TCP sequence and flags and both checksums are made anew (SDM
 * 3.5.9). Works on the card's own copy of the packet. Allocation-free.
 */
final class SegmentationUnit {
    /** DS 7.2.9.3.1: MSS must be more than this. It also bounds how many frames one packet becomes. */
    private static final int MSS_FLOOR = 16;

    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_FIN_PSH = 0x09;
    private static final ValueLayout.OfInt BIG_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final TransmitContext context;
    private final OutgoingFrames outgoing;
    private final WirePort wire;

    private MemorySegment packet = MemorySegment.NULL;
    private boolean busy;
    private boolean insertIp;
    private boolean insertTransport;
    private int tag;
    private int sent;
    private int frames;

    SegmentationUnit(TransmitContext context, OutgoingFrames outgoing, WirePort wire) {
        this.context = context;
        this.outgoing = outgoing;
        this.wire = wire;
    }

    /** Whether a packet is partly sent; its memory must stay as it is. */
    boolean busy() {
        return busy;
    }

    void reset() {
        busy = false;
    }

    /**
     * Takes a packet.
     *
     * @param memory the card's copy of it, from offset 0
     * @param length its bytes
     * @param ip whether to insert the IP checksum (POPTS.IXSM)
     * @param transport whether to insert the TCP or UDP checksum (POPTS.TXSM)
     * @param vlanTag for each frame, or {@link OutgoingFrames#NO_TAG}
     * @return why the packet is refused, or null
     */
    @Nullable MalformedDescriptor begin(
            MemorySegment memory, int length, boolean ip, boolean transport, int vlanTag) {
        if (!context.loaded()) {
            return MalformedDescriptor.NO_CONTEXT;
        }
        int header = context.headerBytes();
        int ipHeader = context.ipv4() ? IPV4_HEADER : IPV6_HEADER;
        int transportHeader = context.tcp() ? TCP_HEADER : UDP_HEADER;
        // Every field is at most 2^20: sums of two cannot overflow.
        if (context.ipStart() + ipHeader > header
                || context.transportStart() + transportHeader > header
                || context.ipStart() < 14
                || header > length) {
            return MalformedDescriptor.BAD_HEADER_LENGTH;
        }
        if (context.payloadBytes() == 0 || header + context.payloadBytes() != length) {
            return MalformedDescriptor.BAD_PAYLOAD_LENGTH;
        }
        if (context.segmentBytes() <= MSS_FLOOR
                || header + Math.min(context.segmentBytes(), context.payloadBytes())
                        > outgoing.longest() - 4) {
            return MalformedDescriptor.BAD_SEGMENT_SIZE;
        }
        if ((ip && !ChecksumInsertion.fits(context.ipStart(), context.ipField(), header))
                || (transport
                        && !ChecksumInsertion.fits(
                                context.transportStart(), context.transportField(), header))) {
            return MalformedDescriptor.CHECKSUM_OUTSIDE_PACKET;
        }
        packet = memory;
        insertIp = ip;
        insertTransport = transport;
        tag = vlanTag;
        sent = 0;
        frames = 0;
        busy = true;
        return null;
    }

    /** Sends up to {@code budget} frames; returns how many. */
    int run(int budget) {
        int n = 0;
        while (busy && n < budget) {
            long place = wire.reserve();
            if (place < 0) {
                break;
            }
            int part = Math.min(context.segmentBytes(), context.payloadBytes() - sent);
            boolean last = sent + part == context.payloadBytes();
            frame(place, part, last);
            // Between 54 bytes and the longest frame, as begin() saw; a short one is padded or
            // dropped.
            outgoing.send(place, context.headerBytes() + part, true, tag);
            sent += part;
            frames++;
            n++;
            busy = !last;
        }
        return n;
    }

    private void frame(long place, int part, boolean last) {
        MemorySegment out = wire.sendMemory();
        int header = context.headerBytes();
        int length = header + part;
        MemorySegment.copy(packet, 0, out, place, header);
        MemorySegment.copy(packet, header + (long) sent, out, place + header, part);

        long ip = place + context.ipStart();
        int fromIp = length - context.ipStart();
        if (context.ipv4()) {
            store16(out, ip + 2, fromIp);
            store16(out, ip + 4, load16(out, ip + 4) + frames);
        } else {
            store16(out, ip + 4, fromIp - IPV6_HEADER);
        }
        long transport = place + context.transportStart();
        int fromTransport = length - context.transportStart();
        if (context.tcp()) {
            out.set(BIG_INT, transport + 4, out.get(BIG_INT, transport + 4) + sent);
            if (!last) {
                byte flags = out.get(ValueLayout.JAVA_BYTE, transport + 13);
                out.set(ValueLayout.JAVA_BYTE, transport + 13, (byte) (flags & ~TCP_FIN_PSH));
            }
        } else {
            store16(out, transport + 4, fromTransport);
        }
        if (insertIp) {
            ChecksumInsertion.insert(
                    out,
                    place,
                    length,
                    context.ipStart(),
                    context.ipField(),
                    context.ipEnd(),
                    false);
        }
        if (insertTransport) {
            // SDM 3.5.7: software put the pseudo-header's sum without the length into the field.
            long field = place + context.transportField();
            store16(out, field, OnesComplement.fold((long) load16(out, field) + fromTransport));
            ChecksumInsertion.insert(
                    out,
                    place,
                    length,
                    context.transportStart(),
                    context.transportField(),
                    context.transportEnd(),
                    !context.tcp());
        }
    }
}
