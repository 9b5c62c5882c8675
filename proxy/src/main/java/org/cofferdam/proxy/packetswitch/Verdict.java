package org.cofferdam.proxy.packetswitch;

/** What became of a frame. The code is one byte of the audit record of its burst and never changes. */
public enum Verdict {
    /** Sent to one port. */
    FORWARDED(0, "sent to one port"),
    /** A group address: sent to all other ports. */
    FLOODED(1, "sent to all other ports"),
    /** The sender's address is not the port's, or is another port's. */
    DROP_SPOOFED_MAC(2, "sender's address not allowed on this port"),
    /** The policy does not list its type. */
    DROP_ETHERTYPE(3, "type not allowed on this port"),
    /** Above the port's rate. */
    DROP_RATE(4, "above the port's rate"),
    /** Longer than the port may send. */
    DROP_SIZE(5, "too long"),
    /** The receiver had no room. */
    DROP_NO_ROOM(6, "receiver had no room"),
    /** No port has this address. */
    DROP_NO_DESTINATION(7, "no port has this address"),
    /** A group address that bridges keep to themselves (IEEE 802.1Q, table 8-1), or two ports that may not talk. */
    DROP_POLICY(8, "reserved group address, or ports that may not talk to each other"),
    /** Shorter than an Ethernet header, or a virtio-net header that does not fit it. */
    DROP_MALFORMED(9, "frame and its header do not fit together"),
    /** The receiver is down or detached. */
    DROP_PORT_DOWN(10, "receiver is down"),
    /** An IP packet of an address that is not the port's. */
    DROP_SPOOFED_IP(11, "IP address not allowed on this port"),
    /** ARP or neighbour discovery that names an address as the port's own which is not. */
    DROP_SPOOFED_ARP(12, "claim by ARP or neighbour discovery not allowed on this port");

    private static final Verdict[] BY_CODE = values();

    private final byte code;
    private final String sentence;

    Verdict(int code, String sentence) {
        this.code = (byte) code;
        this.sentence = sentence;
    }

    /** The byte in audit records. */
    public byte code() {
        return code;
    }

    /** A few words for tables. */
    public String sentence() {
        return sentence;
    }

    /** Whether the frame went on. */
    public boolean passes() {
        return this == FORWARDED || this == FLOODED;
    }

    /** How many there are; codes are 0 to one less. */
    public static int count() {
        return BY_CODE.length;
    }

    /**
     * The verdict of a code.
     *
     * @throws ArrayIndexOutOfBoundsException for a code that does not exist
     */
    public static Verdict of(byte code) {
        return BY_CODE[code];
    }
}
