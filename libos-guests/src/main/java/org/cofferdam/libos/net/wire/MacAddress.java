package org.cofferdam.libos.net.wire;

import java.util.HexFormat;

/**
 * An Ethernet address.
 *
 * @param value the six bytes as a number below 2^48, the first byte highest
 */
public record MacAddress(long value) {
    /** All stations. */
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    /** Refuses what has more than 48 bits. */
    public MacAddress {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException(
                    "an Ethernet address has 48 bits: " + Long.toHexString(value));
        }
    }

    /** Reads {@code 02:cf:00:00:00:01}. */
    public static MacAddress parse(String text) {
        if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
            throw new IllegalArgumentException(
                    "an Ethernet address is six bytes in hexadecimal with ':' between: '"
                            + text
                            + "'");
        }
        return new MacAddress(HexFormat.fromHexDigitsToLong(text.replace(":", "")));
    }

    /** Whether it is a group's address: the lowest bit of its first byte (IEEE 802). */
    public static boolean isGroup(long value) {
        return (value >>> 40 & 1) != 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(HexFormat.of().toHexDigits((byte) (value >>> shift)));
            if (shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
