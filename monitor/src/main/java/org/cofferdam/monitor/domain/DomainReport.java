package org.cofferdam.monitor.domain;

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
 * @param passes turns of the driver's loop, as it says
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
        long passes) {}
