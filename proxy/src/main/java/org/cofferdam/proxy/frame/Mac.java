package org.cofferdam.proxy.frame;

import java.util.HexFormat;

/**
 * An Ethernet address of one station: not a group address, not zero.
 *
 * @param value the six bytes as a number, first byte on the wire highest; the hot path works on this form
 */
public record Mac(long value) {
    /** Broadcast, ff:ff:ff:ff:ff:ff. */
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    /** Bit 0 of the first byte: a group address, which cannot be a sender (IEEE 802, section 8.2.2). */
    public static final long GROUP_BIT = 1L << 40;

    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException for a group address, zero, or more than 48 bits
     */
    public Mac {
        if (value <= 0 || value > BROADCAST || (value & GROUP_BIT) != 0) {
            throw new IllegalArgumentException(text(value) + " is not the address of a station");
        }
    }

    /** From the six bytes in wire order. */
    public static Mac of(byte[] bytes) {
        if (bytes.length != 6) {
            throw new IllegalArgumentException(
                    "An Ethernet address has 6 bytes, not " + bytes.length);
        }
        long value = 0;
        for (byte b : bytes) {
            value = value << 8 | Byte.toUnsignedLong(b);
        }
        return new Mac(value);
    }

    /** From the form 52:54:00:12:34:56. */
    public static Mac parse(String text) {
        if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an address like 52:54:00:12:34:56");
        }
        return of(HexFormat.ofDelimiter(":").parseHex(text));
    }

    /** The six bytes in wire order. */
    public byte[] bytes() {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (value >>> (40 - 8 * i));
        }
        return bytes;
    }

    /** Any 48-bit value in the usual form. */
    public static String text(long value) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(HexFormat.of().toHexDigits((byte) (value >>> shift)));
            if (shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return text(value);
    }
}
