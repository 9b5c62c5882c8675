package org.cofferdam.proxy.hostport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.FrameView;
import org.cofferdam.proxy.frame.InternetChecksum;
import org.cofferdam.proxy.frame.Ipv4;
import org.cofferdam.proxy.frame.Ipv6;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.frame.OffloadCheck;
import org.cofferdam.proxy.frame.Tcp;
import org.cofferdam.proxy.frame.Udp;

/**
 * One large frame in the making: its first TCP segment or UDP datagram, and the bytes of those that joined it.
 *
 * <p>Which may join is Linux's inet_gro_receive, ipv6_gro_receive, tcp_gro_receive and udp_gro_receive_segment: the
 * frame must be the one that segmentation turns back into the very same segments. One thread, allocation-free; the first
 * segment stays in the burst until a second one joins.
 */
final class FrameMerge {
    private static final int MOST_IP_BYTES = 65_535;
    private static final int UNDECIDED = -1;

    private final MemorySegment buffer =
            Arena.ofAuto().allocate(NetHeader.BYTES + Ethernet.LARGEST_FRAME, 64);

    private MemorySegment burst = MemorySegment.NULL;
    private long header;
    private long frame;
    private int length;
    private boolean verified;

    // Of the first segment: where its parts lie, and its payload's size, which is that of all but
    // the last.
    private boolean ipv4;
    private boolean tcp;
    private int transport;
    private int headers;
    private int segmentSize;

    private int segments;
    private int nextSequence;
    private int identificationStep;
    private int lastIdentification;
    private boolean push;

    /** Starts with a segment that {@link #isPlain} accepted. */
    void start(MemorySegment memory, long itsHeader, int itsLength, FrameView view) {
        burst = memory;
        header = itsHeader;
        frame = itsHeader + NetHeader.BYTES;
        length = itsLength;
        verified = false;
        ipv4 = view.isIpv4();
        tcp = view.isTcp();
        transport = view.transport();
        headers = view.payload();
        segmentSize = itsLength - headers;
        segments = 1;
        nextSequence = tcp ? Tcp.sequence(memory, frame + transport) + segmentSize : 0;
        identificationStep = UNDECIDED;
        lastIdentification = ipv4 ? Ipv4.identification(memory, frame + Ethernet.HEADER_BYTES) : 0;
        push = false;
    }

    /**
     * Whether a frame could be part of a larger one: a TCP segment with data and no flags but ACK and PSH, or a UDP
     * datagram with data and a checksum, in IP without options or fragments, that is not large itself and has no padding.
     */
    static boolean isPlain(MemorySegment memory, long itsHeader, int itsLength, FrameView view) {
        long itsFrame = itsHeader + NetHeader.BYTES;
        int ipHeader = view.isIpv4() ? Ipv4.HEADER_BYTES : Ipv6.HEADER_BYTES;
        long its = itsFrame + view.transport();
        return NetHeader.gsoType(memory, itsHeader) == NetHeader.GSO_NONE
                && view.transport() == Ethernet.HEADER_BYTES + ipHeader
                && view.end() == itsLength
                && view.payload() < itsLength
                && (view.isTcp()
                        ? isPlainTcp(memory, its)
                        : isPlainUdp(memory, its, itsLength - view.transport()));
    }

    private static boolean isPlainTcp(MemorySegment memory, long its) {
        int fourth = Tcp.fourthWord(memory, its);
        int reserved = fourth >>> 24 & 0xf;
        int flags = fourth >>> 16 & 0xff;
        return reserved == 0 && (flags & ~Tcp.PSH) == Tcp.ACK;
    }

    // A datagram without a checksum (RFC 768) would get one by being cut out of a large frame.
    private static boolean isPlainUdp(MemorySegment memory, long its, int bytes) {
        return Udp.length(memory, its) == bytes && Udp.checksum(memory, its) != 0;
    }

    /**
     * Whether a plain segment may be the first of a frame: any datagram; not a TCP segment that asks to be passed on at
     * once, nor one so small that frames of such segments are refused everywhere.
     */
    static boolean mayBegin(MemorySegment memory, long itsHeader, int itsLength, FrameView view) {
        if (!view.isTcp()) {
            return true;
        }
        int flags = Tcp.flags(memory, itsHeader + NetHeader.BYTES + view.transport());
        return (flags & Tcp.PSH) == 0
                && itsLength - view.payload() >= OffloadCheck.SMALLEST_SEGMENT;
    }

    /** Whether the frame is of the same protocol, addresses and ports. */
    boolean sameFlow(MemorySegment memory, long itsFrame, FrameView view) {
        if (view.isIpv4() != ipv4
                || view.isTcp() != tcp
                || Tcp.ports(memory, itsFrame + view.transport()) != ports()) {
            return false;
        }
        int from = Ethernet.HEADER_BYTES + (ipv4 ? 12 : 8);
        return sameBytes(memory, itsFrame, from, ipv4 ? 8 : 32);
    }

    private int ports() {
        return Tcp.ports(burst, frame + transport);
    }

    /** Whether a plain segment of the same flow continues this frame. */
    boolean continuedBy(MemorySegment memory, long itsHeader, int itsLength, FrameView view) {
        long itsFrame = itsHeader + NetHeader.BYTES;
        if (view.payload() != headers || !sameBytes(memory, itsFrame, 0, Ethernet.HEADER_BYTES)) {
            return false;
        }
        int payload = itsLength - headers;
        return payload <= segmentSize
                && ipBytes() + payload <= MOST_IP_BYTES
                && (!tcp || tcpContinues(memory, itsFrame))
                && (ipv4 ? ipv4Continues(memory, itsFrame) : ipv6Continues(memory, itsFrame))
                && checksumsRight(memory, itsHeader, itsLength);
    }

    private boolean tcpContinues(MemorySegment memory, long itsFrame) {
        long mine = frame + transport;
        long its = itsFrame + transport;
        return Tcp.sequence(memory, its) == nextSequence
                && Tcp.acknowledgement(memory, its) == Tcp.acknowledgement(burst, mine)
                // Header words, flags and window in one; PSH alone may differ.
                && ((Tcp.fourthWord(memory, its) ^ Tcp.fourthWord(burst, mine)) & ~(Tcp.PSH << 16))
                        == 0
                // The urgent pointer and all options, timestamps among them.
                && sameBytes(memory, itsFrame, transport + 18, headers - transport - 18);
    }

    private boolean ipv4Continues(MemorySegment memory, long itsFrame) {
        long mine = frame + Ethernet.HEADER_BYTES;
        long its = itsFrame + Ethernet.HEADER_BYTES;
        int step = (Ipv4.identification(memory, its) - lastIdentification) & 0xffff;
        // Identifications count up; with DF they may also stand still, since nobody will read them
        // (RFC 6864).
        boolean stepAllowed =
                step == 1 || (step == 0 && Ipv4.fragment(memory, its) == Ipv4.DONT_FRAGMENT);
        return stepAllowed
                && (identificationStep == UNDECIDED || identificationStep == step)
                && Ipv4.typeOfService(memory, its) == Ipv4.typeOfService(burst, mine)
                && Ipv4.timeToLive(memory, its) == Ipv4.timeToLive(burst, mine)
                && Ipv4.fragment(memory, its) == Ipv4.fragment(burst, mine);
    }

    private boolean ipv6Continues(MemorySegment memory, long itsFrame) {
        long mine = frame + Ethernet.HEADER_BYTES;
        long its = itsFrame + Ethernet.HEADER_BYTES;
        return Ipv6.firstWord(memory, its) == Ipv6.firstWord(burst, mine)
                && Ipv6.hopLimit(memory, its) == Ipv6.hopLimit(burst, mine);
    }

    // The large frame tells its receiver that all checksums were right, so they must have been.
    private boolean checksumsRight(MemorySegment memory, long itsHeader, int itsLength) {
        verified = verified || checksumRight(burst, header, length);
        return verified && checksumRight(memory, itsHeader, itsLength);
    }

    private boolean checksumRight(MemorySegment memory, long itsHeader, int itsLength) {
        long itsFrame = itsHeader + NetHeader.BYTES;
        long ip = itsFrame + Ethernet.HEADER_BYTES;
        if (ipv4
                && !InternetChecksum.isValid(InternetChecksum.sum(memory, ip, Ipv4.HEADER_BYTES))) {
            return false;
        }
        if ((NetHeader.flags(memory, itsHeader) & NetHeader.NEEDS_CSUM) != 0) {
            // Not computed yet: then it cannot be wrong.
            return NetHeader.checksumStart(memory, itsHeader) == transport
                    && NetHeader.checksumOffset(memory, itsHeader) == checksumField();
        }
        int bytes = itsLength - transport;
        return InternetChecksum.isValid(
                InternetChecksum.sum(
                        memory,
                        itsFrame + transport,
                        bytes,
                        pseudoHeader(memory, itsFrame, bytes)));
    }

    private int checksumField() {
        return tcp ? Tcp.CHECKSUM : Udp.CHECKSUM;
    }

    private long pseudoHeader(MemorySegment memory, long itsFrame, int bytes) {
        long ip = itsFrame + Ethernet.HEADER_BYTES;
        int protocol = tcp ? Tcp.PROTOCOL : Udp.PROTOCOL;
        return ipv4
                ? InternetChecksum.pseudoHeaderIpv4(memory, ip, protocol, bytes)
                : InternetChecksum.pseudoHeaderIpv6(memory, ip, protocol, bytes);
    }

    // What the length field of the IP header would say: IPv6's leaves out its own header (RFC 8200,
    // section 3).
    private int ipBytes() {
        return length - Ethernet.HEADER_BYTES - (ipv4 ? 0 : Ipv6.HEADER_BYTES);
    }

    /** Adds a segment that {@link #continuedBy} accepted. Returns whether more may follow it. */
    boolean add(MemorySegment memory, long itsHeader, int itsLength) {
        if (segments == 1) {
            MemorySegment.copy(burst, header, buffer, 0, NetHeader.BYTES + length);
            burst = buffer;
            header = 0;
            frame = NetHeader.BYTES;
        }
        long itsFrame = itsHeader + NetHeader.BYTES;
        int payload = itsLength - headers;
        MemorySegment.copy(memory, itsFrame + headers, buffer, NetHeader.BYTES + length, payload);
        length += payload;
        segments++;
        nextSequence += payload;
        if (ipv4) {
            int identification = Ipv4.identification(memory, itsFrame + Ethernet.HEADER_BYTES);
            identificationStep = (identification - lastIdentification) & 0xffff;
            lastIdentification = identification;
        }
        push = tcp && (Tcp.flags(memory, itsFrame + transport) & Tcp.PSH) != 0;
        return payload == segmentSize && !push && (tcp || segments < OffloadCheck.MOST_DATAGRAMS);
    }

    /** Makes the headers fit what was joined. Afterwards {@link #memory} holds the frame to send. */
    void finish() {
        if (segments == 1) {
            return;
        }
        long ip = frame + Ethernet.HEADER_BYTES;
        long its = frame + transport;
        int bytes = length - transport;
        if (ipv4) {
            Ipv4.putTotalLength(buffer, ip, ipBytes());
            Ipv4.putChecksum(buffer, ip);
        } else {
            Ipv6.putPayloadLength(buffer, ip, ipBytes());
        }
        int seed = InternetChecksum.fold(pseudoHeader(buffer, frame, bytes));
        if (tcp) {
            Tcp.putFlags(buffer, its, Tcp.flags(buffer, its) | (push ? Tcp.PSH : 0));
            Tcp.putChecksum(buffer, its, seed);
        } else {
            Udp.putLength(buffer, its, bytes);
            Udp.putChecksum(buffer, its, seed);
        }
        NetHeader.write(
                buffer,
                header,
                NetHeader.NEEDS_CSUM,
                gsoType(),
                headers,
                segmentSize,
                transport,
                checksumField());
    }

    private int gsoType() {
        if (!tcp) {
            return NetHeader.GSO_UDP;
        }
        return ipv4 ? NetHeader.GSO_TCPV4 : NetHeader.GSO_TCPV6;
    }

    MemorySegment memory() {
        return burst;
    }

    long header() {
        return header;
    }

    int length() {
        return length;
    }

    private boolean sameBytes(MemorySegment memory, long itsFrame, int from, int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, itsFrame + from + i)
                    != burst.get(ValueLayout.JAVA_BYTE, frame + from + i)) {
                return false;
            }
        }
        return true;
    }
}
