package org.cofferdam.proxy.packetswitch;

/**
 * The number of a port, as audit records carry it.
 *
 * @param value 0 to 63
 */
public record PortId(int value) {
    /** One more than the largest number. */
    public static final int LIMIT = 64;

    public PortId {
        if (value < 0 || value >= LIMIT) {
            throw new IllegalArgumentException("Port " + value + " is not in 0 to " + (LIMIT - 1));
        }
    }

    @Override
    public String toString() {
        return "port " + value;
    }
}
