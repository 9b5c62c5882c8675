package org.cofferdam.libos.net.dns;

import java.util.List;
import java.util.Map;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a lookup goes by. It may change between two lookups, when a lease or a router's word does.
 *
 * @param servers whom to ask, in this order
 * @param search domains that short names are looked for in
 * @param hosts names that need no server
 * @param ownName the guest's own name, or null
 * @param ownAddresses its addresses
 * @param hasV6 whether it can reach IPv6 addresses beyond its link; if not, they are asked for only when nothing else will do
 */
public record NameSettings(
        List<IpAddress> servers,
        List<DnsName> search,
        Map<DnsName, List<IpAddress>> hosts,
        @Nullable DnsName ownName,
        List<IpAddress> ownAddresses,
        boolean hasV6) {}
