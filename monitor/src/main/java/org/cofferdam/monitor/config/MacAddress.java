package org.cofferdam.monitor.config;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An individual station's Ethernet address: six bytes, neither all zero nor a group address.
 *
 * @param bits the address in the low 48 bits, first byte on the wire highest
 */
public record MacAddress(long bits) {
    private static final Pattern TEXT = Pattern.compile("[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}");
    private static final long GROUP_BIT = 1L << 40;

    public MacAddress {
        if (bits <= 0 || bits >>> 48 != 0) {
            throw new IllegalArgumentException("a MAC address has 48 bits and is not zero");
        }
        if ((bits & GROUP_BIT) != 0) {
            throw new IllegalArgumentException(
                    text(bits)
                            + " is a group address; an interface needs an individual one (even first byte)");
        }
    }

    /** The address with these bits, or empty if no station has such a one: for what a card says. */
    public static Optional<MacAddress> station(long bits) {
        boolean possible = bits > 0 && bits >>> 48 == 0 && (bits & GROUP_BIT) == 0;
        return possible ? Optional.of(new MacAddress(bits)) : Optional.empty();
    }

    /** Reads {@code aa:bb:cc:dd:ee:ff}, with colons or dashes. */
    public static MacAddress parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a MAC address (like 52:54:00:12:34:56)");
        }
        return new MacAddress(Long.parseLong(text.replaceAll("[:-]", ""), 16));
    }

    /** The six bytes in the order of the wire; a fresh array. */
    public byte[] bytes() {
        byte[] out = new byte[6];
        for (int i = 0; i < 6; i++) {
            out[i] = (byte) (bits >>> (40 - 8 * i));
        }
        return out;
    }

    private static String text(long bits) {
        String hex = HexFormat.of().toHexDigits(bits, 12);
        return hex.replaceAll("(..)(?!$)", "$1:");
    }

    @Override
    public String toString() {
        return text(bits);
    }
}
