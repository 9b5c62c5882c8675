package org.cofferdam.drivervm;

/**
 * An address inside a driver domain. In the small domain the guest-physical address, the driver's virtual address, the
 * card's I/O address and the offset in the domain's memory are the same number.
 *
 * @param value the address in bytes; at most 52 bits, so that adding an int to it cannot overflow
 */
public record GuestAddress(long value) implements Comparable<GuestAddress> {

    private static final long LIMIT = 1L << 52;

    public GuestAddress {
        if (value < 0 || value >= LIMIT) {
            throw new IllegalArgumentException(
                    "guest address 0x" + Long.toHexString(value) + " is outside 52 bits");
        }
    }

    /** The address {@code bytes} further on. */
    public GuestAddress plus(long bytes) {
        return new GuestAddress(Math.addExact(value, bytes));
    }

    /** Whether the address is a multiple of {@code bytes}, a power of two. */
    public boolean isAligned(long bytes) {
        return (value & (bytes - 1)) == 0;
    }

    @Override
    public int compareTo(GuestAddress other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(value);
    }
}
