package org.cofferdam.monitor.config;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a card is on the PCI buses, as lspci(8) and sysfs name it.
 *
 * @param domain 24 bits; 0 on most machines
 * @param bus 8 bits
 * @param device 5 bits
 * @param function 3 bits
 */
public record PciAddress(int domain, int bus, int device, int function)
        implements Comparable<PciAddress> {
    private static final Pattern TEXT =
            Pattern.compile("(?:([0-9a-fA-F]{4,6}):)?([0-9a-fA-F]{2}):([01][0-9a-fA-F])\\.([0-7])");
    private static final Comparator<PciAddress> ORDER =
            Comparator.comparingInt(PciAddress::domain)
                    .thenComparingInt(PciAddress::bus)
                    .thenComparingInt(PciAddress::device)
                    .thenComparingInt(PciAddress::function);

    public PciAddress {
        if (domain >>> 24 != 0 || bus >>> 8 != 0 || device >>> 5 != 0 || function >>> 3 != 0) {
            throw new IllegalArgumentException("a part of a PCI address is out of its range");
        }
    }

    /** Reads {@code 0000:03:00.0}, or {@code 03:00.0} for domain 0. */
    public static PciAddress parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a PCI address (like 0000:03:00.0 or 03:00.0)");
        }
        return new PciAddress(
                m.group(1) == null ? 0 : Integer.parseInt(m.group(1), 16),
                Integer.parseInt(m.group(2), 16),
                Integer.parseInt(m.group(3), 16),
                Integer.parseInt(m.group(4), 16));
    }

    @Override
    public int compareTo(PciAddress other) {
        return ORDER.compare(this, other);
    }

    /** The full form in lower case, which is also the name of the device's folder in sysfs. */
    @Override
    public String toString() {
        return "%04x:%02x:%02x.%x".formatted(domain, bus, device, function);
    }
}
