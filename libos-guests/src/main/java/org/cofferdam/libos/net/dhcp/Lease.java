package org.cofferdam.libos.net.dhcp;

import java.util.List;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a server gave.
 *
 * @param address for this station
 * @param prefix bits of the network
 * @param router where everything else goes, "any" for nowhere
 * @param nameServers at most eight
 * @param search domains that short names are looked for in, at most six
 * @param hostName what the server calls this station, or null
 * @param server who gave it
 * @param seconds how long, counted from the question; {@link #FOR_EVER} has no end
 * @param renewSeconds when the server is asked for more (T1)
 * @param rebindSeconds when any server is (T2)
 */
public record Lease(
        IpAddress address,
        int prefix,
        IpAddress router,
        List<IpAddress> nameServers,
        List<DnsName> search,
        @Nullable DnsName hostName,
        IpAddress server,
        long seconds,
        long renewSeconds,
        long rebindSeconds) {
    /** A lease without an end (RFC 2131, section 3.3). */
    public static final long FOR_EVER = 0xffff_ffffL;
}
