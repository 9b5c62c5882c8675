package org.cofferdam.proxy.kernel;

/** Why the kernel program refused a frame; the code is enum reason of proxy.bpf.c. */
public enum DropReason {
    /** The host's settings are not in the map yet. */
    NOT_READY(0),
    /** Shorter than an Ethernet header, or longer than the MTU allows (64 KiB for what is still to be segmented). */
    SIZE(1),
    /** The type is not among those allowed. */
    ETHERTYPE(2),
    /** The source address is a group, or belongs to another sender. */
    SPOOFED_SOURCE(3),
    /** From the domain, to an address that is neither the host's, nor a port's, nor a group. */
    UNKNOWN_DESTINATION(4),
    /** Over the sender's rate. */
    RATE(5),
    /** The port may not talk to this destination, or this destination not to the port. */
    NOT_ALLOWED(6),
    /** The operator has blocked this station. */
    BLOCKED(7),
    /** One copy of a broadcast or multicast frame could not be made or sent. */
    COPY_FAILED(8),
    /** At the emulated card's wire, where the host's own stack neither hears nor speaks. */
    WIRE_CLOSED(9);

    private static final DropReason[] VALUES = values();

    private final int code;

    DropReason(int code) {
        this.code = code;
    }

    /** The number in the kernel program, 0 and upwards. */
    public int code() {
        return code;
    }

    /** The reason with this number. */
    public static DropReason of(int code) {
        return VALUES[code];
    }
}
