package org.cofferdam.monitor.domain;

import java.util.Map;

/**
 * How a domain stands at one moment.
 *
 * @param lives how often it was started
 * @param restarts how often after the first
 * @param lastReason why it last ended, empty if it never did
 * @param lastOutageNanos from the last end until it forwarded again, -1 if there was none
 * @param bootNanos of the last start, to link-up: from KVM_CREATE_VM for the first, from a machine made ready for
 *     later ones; -1 if it was not up yet
 * @param linkMbits as the driver says
 * @param mac as the driver read it from the card, the first octet on the wire highest; 0 if unknown
 * @param passes turns of the driver's loop, as it says; of a Linux domain its heartbeats
 * @param ramBytes its memory
 * @param driver what a Linux domain says of the driver in its kernel, by name; empty for others
 * @param counters the card's counters as that kernel has them, of about a second ago, by name; empty for others
 */
public record DomainReport(
        DomainState state,
        long lives,
        long restarts,
        String lastReason,
        long lastOutageNanos,
        long bootNanos,
        boolean linkUp,
        int linkMbits,
        long mac,
        long passes,
        long ramBytes,
        Map<String, String> driver,
        Map<String, String> counters) {
    public DomainReport {
        driver = Map.copyOf(driver);
        counters = Map.copyOf(counters);
    }
}
