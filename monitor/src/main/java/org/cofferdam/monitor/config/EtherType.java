package org.cofferdam.monitor.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The protocol number of an Ethernet frame (IEEE 802.3, 0x0600 and above).
 *
 * @param value 16 bits
 */
public record EtherType(int value) {
    /** What a port may carry unless the operator says otherwise: IPv4, ARP and IPv6. */
    public static final Set<EtherType> USUAL =
            Set.of(new EtherType(0x0800), new EtherType(0x0806), new EtherType(0x86dd));

    private static final Map<String, Integer> NAMES =
            Map.of(
                    "ipv4", 0x0800, "arp", 0x0806, "ipv6", 0x86dd, "vlan", 0x8100, "lldp", 0x88cc,
                    "ptp", 0x88f7);

    public EtherType {
        if (value < 0x0600 || value > 0xffff) {
            throw new IllegalArgumentException(
                    "0x%x is not an ethertype (0x0600 to 0xffff)".formatted(value));
        }
    }

    /** Reads a comma-separated list of names ({@code ipv4,arp,ipv6}) and hexadecimal numbers ({@code 0x88cc}). */
    public static Set<EtherType> parseList(String text) {
        Set<EtherType> out = new LinkedHashSet<>();
        for (String item : List.of(text.split(",", -1))) {
            out.add(parse(item.strip().toLowerCase(Locale.ROOT)));
        }
        return Set.copyOf(out);
    }

    private static EtherType parse(String item) {
        Integer known = NAMES.get(item);
        if (known != null) {
            return new EtherType(known);
        }
        if (item.matches("0x[0-9a-f]{1,4}")) {
            return new EtherType(Integer.parseInt(item.substring(2), 16));
        }
        throw new IllegalArgumentException(
                "\""
                        + item
                        + "\" is not an ethertype (ipv4, arp, ipv6, vlan, lldp, ptp or a number like 0x88cc)");
    }

    @Override
    public String toString() {
        return "0x%04x".formatted(value);
    }
}
