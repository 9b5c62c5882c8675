package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;

/**
 * Where the parts of a TCP or UDP frame lie, after every length was checked against the frame. All places are bytes
 * from the frame's start. One thread; reused from frame to frame.
 */
public final class FrameView {
    // Hop-by-hop, routing and destination options (RFC 8200, section 4.1); more than a few of them
    // are nonsense.
    private static final int MOST_EXTENSIONS = 8;

    private boolean ipv4;
    private int protocol;
    private int network;
    private int transport;
    private int payload;
    private int end;

    /**
     * Looks at a frame. The other methods speak of the frame of the last call that returned true.
     *
     * @return whether it is a whole, unfragmented TCP or UDP packet in IPv4 or IPv6
     */
    public boolean parse(MemorySegment memory, long frame, int length) {
        if (length < Ethernet.HEADER_BYTES) {
            return false;
        }
        network = Ethernet.HEADER_BYTES;
        boolean found =
                switch (Ethernet.type(memory, frame)) {
                    case Ethernet.TYPE_IPV4 -> parseIpv4(memory, frame, length);
                    case Ethernet.TYPE_IPV6 -> parseIpv6(memory, frame, length);
                    default -> false;
                };
        return found && parseTransport(memory, frame);
    }

    private boolean parseIpv4(MemorySegment memory, long frame, int length) {
        long ip = frame + network;
        if (length < network + Ipv4.HEADER_BYTES || Ipv4.version(memory, ip) != 4) {
            return false;
        }
        int header = Ipv4.headerBytes(memory, ip);
        int total = Ipv4.totalLength(memory, ip);
        // RFC 791: the header has at least five words, and the packet holds its header. Frames may
        // be longer (padding).
        if (header < Ipv4.HEADER_BYTES || total < header || total > length - network) {
            return false;
        }
        // A fragment has no transport header to speak of, or only one (RFC 791, section 3.2).
        if ((Ipv4.fragment(memory, ip) & ~Ipv4.DONT_FRAGMENT) != 0) {
            return false;
        }
        ipv4 = true;
        protocol = Ipv4.protocol(memory, ip);
        transport = network + header;
        end = network + total;
        return true;
    }

    private boolean parseIpv6(MemorySegment memory, long frame, int length) {
        long ip = frame + network;
        if (length < network + Ipv6.HEADER_BYTES || Ipv6.version(memory, ip) != 6) {
            return false;
        }
        int bytes = Ipv6.payloadLength(memory, ip);
        if (bytes > length - network - Ipv6.HEADER_BYTES) {
            return false;
        }
        ipv4 = false;
        end = network + Ipv6.HEADER_BYTES + bytes;
        transport = network + Ipv6.HEADER_BYTES;
        protocol = Ipv6.nextHeader(memory, ip);
        for (int i = 0; i < MOST_EXTENSIONS && isExtension(protocol); i++) {
            if (end - transport < 8) {
                return false;
            }
            protocol = Wire.u8(memory, frame + transport);
            transport += 8 + 8 * Wire.u8(memory, frame + transport + 1);
        }
        return transport <= end;
    }

    private static boolean isExtension(int protocol) {
        return protocol == 0 || protocol == 43 || protocol == 60;
    }

    private boolean parseTransport(MemorySegment memory, long frame) {
        int room = end - transport;
        if (protocol == Tcp.PROTOCOL) {
            if (room < Tcp.HEADER_BYTES) {
                return false;
            }
            int header = Tcp.headerBytes(memory, frame + transport);
            payload = transport + header;
            return header >= Tcp.HEADER_BYTES && header <= room;
        }
        payload = transport + Udp.HEADER_BYTES;
        return protocol == Udp.PROTOCOL && room >= Udp.HEADER_BYTES;
    }

    /** True for IPv4, false for IPv6. */
    public boolean isIpv4() {
        return ipv4;
    }

    public boolean isTcp() {
        return protocol == Tcp.PROTOCOL;
    }

    /** {@link Tcp#PROTOCOL} or {@link Udp#PROTOCOL}. */
    public int protocol() {
        return protocol;
    }

    /** Where the IP header begins. */
    public int network() {
        return network;
    }

    /** Where the TCP or UDP header begins. */
    public int transport() {
        return transport;
    }

    /** Where the payload begins: the bytes of all headers. */
    public int payload() {
        return payload;
    }

    /** Where the IP packet ends; padding may follow. */
    public int end() {
        return end;
    }

    /** Sum of the pseudo-header for a transport packet of this many bytes. */
    public long pseudoHeader(MemorySegment memory, long frame, int transportBytes) {
        long ip = frame + network;
        return ipv4
                ? InternetChecksum.pseudoHeaderIpv4(memory, ip, protocol, transportBytes)
                : InternetChecksum.pseudoHeaderIpv6(memory, ip, protocol, transportBytes);
    }
}
