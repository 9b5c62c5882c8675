package org.cofferdam.proxy.kernel;

/** Where the kernel program met a frame; the code is enum direction of proxy.bpf.c. */
public enum DropDirection {
    /** On its way from the domain into the tap. */
    FROM_DOMAIN(0),
    /** Sent by the host's stack into the tap. */
    FROM_HOST(1),
    /** Sent by what is behind a port. */
    FROM_PORT(2),
    /** Sent by the host's stack past the tap, right into a port's interface. */
    TO_PORT(3),
    /** Received by the wire's interface, for the host's stack. Each frame on the wire counts here, for the card too. */
    WIRE_IN(4),
    /** Sent by the host's stack to the wire's interface. */
    WIRE_OUT(5);

    private static final DropDirection[] VALUES = values();

    private final int code;

    DropDirection(int code) {
        this.code = code;
    }

    /** The number in the kernel program, 0 and upwards. */
    public int code() {
        return code;
    }

    /** The direction with this number. */
    public static DropDirection of(int code) {
        return VALUES[code];
    }
}
