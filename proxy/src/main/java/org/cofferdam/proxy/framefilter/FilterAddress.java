package org.cofferdam.proxy.framefilter;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address of an expression, or the ones below a prefix.
 *
 * @param prefix bits that count
 */
record FilterAddress(InetAddress address, int prefix) {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";
    private static final String IPV6 = "[0-9a-fA-F:]*:[0-9a-fA-F:.]*";

    boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    static FilterAddress host(FilterText text, int at) {
        String word = text.address();
        if (!word.matches(IPV4) && !word.matches(IPV6)) {
            throw text.wrong(at, "an address is expected here (names are not looked up)");
        }
        InetAddress address = literal(text, at, word);
        return new FilterAddress(address, address.getAddress().length * 8);
    }

    /** A prefix like 10.0.0.0/8, fd00::/8, 10.1 or 10.0.0.0 mask 255.0.0.0. */
    static FilterAddress net(FilterText text, int at) {
        String word = text.address();
        String[] parts = word.split("/", 2);
        String base = parts[0];
        boolean four = base.matches(OCTET + "(\\." + OCTET + "){0,3}");
        if ((!four && !base.matches(IPV6))
                || (parts.length == 2 && !parts[1].matches("[0-9]{1,3}"))) {
            throw text.wrong(at, "a prefix like 10.0.0.0/8 or fd00::/8 is expected here");
        }
        int octets = base.split("\\.").length;
        InetAddress address = literal(text, at, four ? base + ".0".repeat(4 - octets) : base);
        int most = address.getAddress().length * 8;
        int prefix = four ? 8 * octets : most;
        if (parts.length == 2) {
            prefix = Integer.parseInt(parts[1]);
            if (prefix > most) {
                throw text.bad(at, "a prefix has at most " + most + " bits");
            }
        } else if (four && text.takeWord("mask")) {
            prefix = mask(text);
        }
        if (!isClean(address.getAddress(), prefix)) {
            throw text.bad(at, "bits are set in " + word + " behind the prefix's " + prefix);
        }
        return new FilterAddress(address, prefix);
    }

    private static int mask(FilterText text) {
        int at = text.position();
        String word = text.address();
        if (!word.matches(IPV4)) {
            throw text.wrong(at, "a mask like 255.0.0.0 is expected here");
        }
        byte[] mask = literal(text, at, word).getAddress();
        int bits = 0;
        for (byte b : mask) {
            bits += Integer.bitCount(b & 0xff);
        }
        if (!isClean(mask, bits)) {
            throw text.bad(at, "a mask's bits begin at the left and have no gap");
        }
        return bits;
    }

    private static boolean isClean(byte[] bytes, int prefix) {
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress literal(FilterText text, int at, String word) {
        try {
            InetAddress address = InetAddress.ofLiteral(word);
            if (word.indexOf(':') >= 0 && !(address instanceof Inet6Address)) {
                // ::ffff:10.0.0.1 as Java reads it; on a wire it is no IPv4 address.
                byte[] mapped = new byte[16];
                mapped[10] = -1;
                mapped[11] = -1;
                System.arraycopy(address.getAddress(), 0, mapped, 12, 4);
                return Inet6Address.getByAddress(null, mapped, -1);
            }
            return address;
        } catch (IllegalArgumentException | UnknownHostException e) {
            throw text.wrong(at, "an address is expected here");
        }
    }
}
