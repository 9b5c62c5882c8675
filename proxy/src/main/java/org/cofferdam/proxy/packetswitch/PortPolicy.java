package org.cofferdam.proxy.packetswitch;

import java.util.Set;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.Mac;

/**
 * What a port may send and what is sent to it. Addresses are configured, never learned: no peer can take another's
 * frames or fill a table.
 *
 * @param role which side of the switch the port is on
 * @param addresses the port's own; empty for the uplink, behind which is everything else
 * @param etherTypes types it may send
 * @param maxFrameBytes longest frame on a wire that it may send, Ethernet header included; of a frame to be segmented
 *     this is the longest segment
 * @param packetsPerSecond most frames on a wire, 0 for no limit
 * @param bitsPerSecond most bits of frames, 0 for no limit
 * @param reach the ports that it may talk to, a bit for each by its number; a frame passes if each of the two reaches
 *     the other
 * @param claims the IP addresses that it may use
 * @param groups which group addresses it hears
 */
public record PortPolicy(
        Role role,
        Set<Mac> addresses,
        Set<Integer> etherTypes,
        int maxFrameBytes,
        long packetsPerSecond,
        long bitsPerSecond,
        long reach,
        AddressClaims claims,
        Groups groups) {

    /** Every port. */
    public static final long ALL = -1;

    /** The two sides of the switch. */
    public enum Role {
        /** The outside: any sender's address but those of the other ports; gets what nobody else has. */
        UPLINK,
        /** A station: sends from its own addresses only, gets what is addressed to them. */
        STATION
    }

    /** Which group addresses a port hears, of those that reach it. */
    public enum Groups {
        /** All. */
        EVERY,
        /** Those that it has joined by IGMP or MLD, and those that nobody joins. */
        JOINED
    }

    /** ARP, IPv4, IPv6. */
    public static final Set<Integer> USUAL_TYPES =
            Set.of(Ethernet.TYPE_ARP, Ethernet.TYPE_IPV4, Ethernet.TYPE_IPV6);

    public PortPolicy {
        addresses = Set.copyOf(addresses);
        etherTypes = Set.copyOf(etherTypes);
        if (role == Role.UPLINK != addresses.isEmpty()) {
            throw new IllegalArgumentException(
                    "An uplink has no addresses of its own, any other port has at least one");
        }
        if (maxFrameBytes < Ethernet.HEADER_BYTES || maxFrameBytes > Ethernet.LARGEST_FRAME) {
            throw new IllegalArgumentException(
                    "Frames of up to " + maxFrameBytes + " bytes are not possible");
        }
        for (int type : etherTypes) {
            // IEEE 802.3, section 3.2.6: smaller values are lengths.
            if (type < 0x600 || type > 0xffff) {
                throw new IllegalArgumentException("0x%x is not an EtherType".formatted(type));
            }
        }
        if (packetsPerSecond < 0 || bitsPerSecond < 0) {
            throw new IllegalArgumentException("A rate below zero is not possible");
        }
    }

    /** A port that reaches all others and may use any IP address. */
    public PortPolicy(
            Role role,
            Set<Mac> addresses,
            Set<Integer> etherTypes,
            int maxFrameBytes,
            long packetsPerSecond,
            long bitsPerSecond) {
        this(
                role,
                addresses,
                etherTypes,
                maxFrameBytes,
                packetsPerSecond,
                bitsPerSecond,
                ALL,
                AddressClaims.ANY,
                Groups.EVERY);
    }

    /** The card's side with the usual types and no rate limit. */
    public static PortPolicy uplink(int mtu) {
        return new PortPolicy(
                Role.UPLINK, Set.of(), USUAL_TYPES, mtu + Ethernet.HEADER_BYTES, 0, 0);
    }

    /** A station with one address, the usual types and no rate limit. */
    public static PortPolicy station(Mac address, int mtu) {
        return new PortPolicy(
                Role.STATION, Set.of(address), USUAL_TYPES, mtu + Ethernet.HEADER_BYTES, 0, 0);
    }

    /** The same with a rate limit; 0 for none. */
    public PortPolicy withRate(long packets, long bits) {
        return new PortPolicy(
                role, addresses, etherTypes, maxFrameBytes, packets, bits, reach, claims, groups);
    }

    /** The same with other types. */
    public PortPolicy withEtherTypes(Set<Integer> types) {
        return new PortPolicy(
                role,
                addresses,
                types,
                maxFrameBytes,
                packetsPerSecond,
                bitsPerSecond,
                reach,
                claims,
                groups);
    }

    /** The same with other neighbours, a bit for each port. */
    public PortPolicy withReach(long ports) {
        return new PortPolicy(
                role,
                addresses,
                etherTypes,
                maxFrameBytes,
                packetsPerSecond,
                bitsPerSecond,
                ports,
                claims,
                groups);
    }

    /** The same with these IP addresses and no others. */
    public PortPolicy withClaims(AddressClaims allowed) {
        return new PortPolicy(
                role,
                addresses,
                etherTypes,
                maxFrameBytes,
                packetsPerSecond,
                bitsPerSecond,
                reach,
                allowed,
                groups);
    }

    /** The same, hearing these group addresses. */
    public PortPolicy withGroups(Groups heard) {
        return new PortPolicy(
                role,
                addresses,
                etherTypes,
                maxFrameBytes,
                packetsPerSecond,
                bitsPerSecond,
                reach,
                claims,
                heard);
    }
}
