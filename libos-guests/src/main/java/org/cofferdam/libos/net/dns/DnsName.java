package org.cofferdam.libos.net.dns;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A domain name, absolute, as it stands in a message (RFC 1035, section 3.1): labels of 1 to 63 bytes, each behind its
 * length, and a zero; at most 255 bytes in all. Names are compared without regard to case (RFC 4343), so letters are
 * kept small. Immutable.
 */
public final class DnsName {
    /** Bytes of the longest name, with all lengths and the last zero. */
    public static final int MOST_BYTES = 255;

    /** Bytes of the longest label. */
    public static final int MOST_LABEL_BYTES = 63;

    /** The name of everything. */
    public static final DnsName ROOT = new DnsName(new byte[1]);

    private final byte[] wire;

    private DnsName(byte[] wire) {
        this.wire = wire;
    }

    /** Takes a name in its form on the wire, whose lengths were checked; keeps a copy with small letters. */
    static DnsName ofWire(byte[] bytes, int length) {
        byte[] copy = Arrays.copyOf(bytes, length);
        for (int i = 0; i < length; i++) {
            // A length is below 64, so no length looks like a capital letter.
            if (copy[i] >= 'A' && copy[i] <= 'Z') {
                copy[i] = (byte) (copy[i] + 'a' - 'A');
            }
        }
        return new DnsName(copy);
    }

    /**
     * Reads a host's name: letters, digits, hyphens and underscores, with dots between labels, and perhaps one at the end
     * (RFC 1123, section 2.1).
     *
     * @throws IllegalArgumentException if it is none; the message says why
     */
    public static DnsName parse(String text) {
        String inner = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (inner.length() > MOST_BYTES - 2) {
            throw new IllegalArgumentException("a name has at most 253 characters");
        }
        byte[] bytes = new byte[inner.length() + 2];
        int at = 0;
        for (String label : inner.split("\\.", -1)) {
            if (!isHostLabel(label)) {
                throw new IllegalArgumentException(
                        "a name is made of labels of 1 to 63 letters, digits, hyphens and underscores, with dots between: '"
                                + text
                                + "'");
            }
            bytes[at++] = (byte) label.length();
            for (int i = 0; i < label.length(); i++) {
                bytes[at++] = (byte) label.charAt(i);
            }
        }
        return ofWire(bytes, bytes.length);
    }

    /** The same, or null instead of an exception. */
    public static @Nullable DnsName parseOrNull(String text) {
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isHostLabel(String label) {
        return label.length() <= MOST_LABEL_BYTES
                && !label.isEmpty()
                && label.chars().allMatch(DnsName::isHostCharacter);
    }

    private static boolean isHostCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_';
    }

    /** The name under which an address's own name is found (RFC 1035, section 3.5; RFC 3596, section 2.5). */
    public static DnsName ofReverse(IpAddress address) {
        StringBuilder text = new StringBuilder(80);
        if (address.isV4()) {
            for (int shift = 0; shift < 32; shift += 8) {
                text.append(address.v4() >>> shift & 0xff).append('.');
            }
            return parse(text.append("in-addr.arpa").toString());
        }
        for (long half : new long[] {address.low(), address.high()}) {
            String digits = HexFormat.of().toHexDigits(half);
            for (int i = digits.length() - 1; i >= 0; i--) {
                text.append(digits.charAt(i)).append('.');
            }
        }
        return parse(text.append("ip6.arpa").toString());
    }

    /** Another name behind this one, or null if both together are too long. */
    public @Nullable DnsName with(DnsName suffix) {
        int own = wire.length - 1;
        if (own + suffix.wire.length > MOST_BYTES) {
            return null;
        }
        byte[] both = Arrays.copyOf(wire, own + suffix.wire.length);
        System.arraycopy(suffix.wire, 0, both, own, suffix.wire.length);
        return new DnsName(both);
    }

    /** Whether it is a name or below it. */
    public boolean isWithin(DnsName other) {
        for (int at = 0; ; at += wire[at] + 1) {
            if (wire.length - at == other.wire.length) {
                return Arrays.equals(wire, at, wire.length, other.wire, 0, other.wire.length);
            }
            if (wire[at] == 0) {
                return false;
            }
        }
    }

    /** How many dots stand between its labels. */
    public int dots() {
        int labels = 0;
        for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
            labels++;
        }
        return Math.max(0, labels - 1);
    }

    /** Whether each of its labels could be a host's: what a program may be given as text. */
    public boolean isHostName() {
        for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
            for (int i = 1; i <= wire[at]; i++) {
                if (!isHostCharacter(wire[at + i] & 0xff)) {
                    return false;
                }
            }
        }
        return wire.length > 1;
    }

    /** Its bytes in a message, with small letters. */
    byte[] wire() {
        return wire.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DnsName name && Arrays.equals(wire, name.wire);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(wire);
    }

    /** With dots, without one at the end; what is no host's character as a backslash and three digits. */
    @Override
    public String toString() {
        if (wire.length == 1) {
            return ".";
        }
        StringBuilder text = new StringBuilder(wire.length);
        for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
            if (at > 0) {
                text.append('.');
            }
            String label = new String(wire, at + 1, wire[at], StandardCharsets.ISO_8859_1);
            label.chars()
                    .forEach(
                            c -> {
                                if (isHostCharacter(c)) {
                                    text.append((char) c);
                                } else {
                                    text.append(String.format(Locale.ROOT, "\\%03d", c));
                                }
                            });
        }
        return text.toString();
    }
}
