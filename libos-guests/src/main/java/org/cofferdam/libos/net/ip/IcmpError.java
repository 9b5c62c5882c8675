package org.cofferdam.libos.net.ip;

/**
 * What an ICMP error says about a packet that the stack is said to have sent. Reused, like {@link Packet}. It is a
 * claim by anybody: a protocol acts on it only if it has such a packet under way (RFC 5927).
 */
public final class IcmpError {
    /** What is wrong. */
    public enum Kind {
        /** Nobody has the port. */
        PORT_UNREACHABLE,
        /** The host does not speak the protocol. */
        PROTOCOL_UNREACHABLE,
        /** There is no way to the host, or it is forbidden. */
        HOST_UNREACHABLE,
        /** The packet is longer than a link on its way carries; see {@link IcmpError#mtu}. */
        PACKET_TOO_BIG,
        /** It travelled too long. */
        TIME_EXCEEDED
    }

    public Kind kind = Kind.HOST_UNREACHABLE;
    public long localHigh;
    public long localLow;
    public long remoteHigh;
    public long remoteLow;
    public int localPort;
    public int remotePort;

    /** The quoted TCP sequence number; without meaning for UDP. */
    public int sequence;

    /** Bytes of the longest packet that passes, with {@link Kind#PACKET_TOO_BIG}; 0 if the router does not say. */
    public int mtu;
}
