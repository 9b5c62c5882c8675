package org.cofferdam.audit;

import java.util.Locale;

/** The verdict on a packet as it stands in a burst record. Codes are never used again for another meaning. */
public enum PacketVerdict {
    /** Put into one port's queue. */
    FORWARDED(0),
    /** Put into every port's queue: broadcast, multicast or a MAC not yet known. */
    FLOODED(1),
    /** Its source MAC is not the port's own. */
    DROP_SPOOFED_MAC(2),
    /** Its ethertype is not allowed. */
    DROP_ETHERTYPE(3),
    /** The port is over its rate. */
    DROP_RATE(4),
    /** Longer or shorter than allowed. */
    DROP_SIZE(5),
    /** The receiving port has no buffer. */
    DROP_NO_ROOM(6),
    /** No port has that MAC. */
    DROP_NO_DESTINATION(7),
    /** The policy forbids it: a reserved group address, or two ports that may not talk. */
    DROP_POLICY(8),
    /** The frame or its virtio-net header contradicts itself. */
    DROP_MALFORMED(9),
    /** The receiving port is down or detached. */
    DROP_PORT_DOWN(10),
    /** An IP packet of an address that is not the port's; before code 12 was there, the claims that it is for, too. */
    DROP_SPOOFED_IP(11),
    /** ARP or neighbour discovery that names an address as the port's own which is not. */
    DROP_SPOOFED_ARP(12);

    private static final PacketVerdict[] BY_CODE = values();

    private final int code;

    PacketVerdict(int code) {
        this.code = code;
    }

    /** The code in the record, 0 to 255; equal to the ordinal. */
    public int code() {
        return code;
    }

    /** The name in lower case, or {@code verdict_17} for a code that this version does not know. */
    public static String name(int code) {
        return code >= 0 && code < BY_CODE.length
                ? BY_CODE[code].name().toLowerCase(Locale.ROOT)
                : "verdict_" + code;
    }
}
