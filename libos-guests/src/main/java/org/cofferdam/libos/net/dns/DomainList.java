package org.cofferdam.libos.net.dns;

import java.util.ArrayList;
import java.util.List;

/** Names one behind the other, compressed among themselves, as DHCP's search option carries them (RFC 3397). */
public final class DomainList {
    private DomainList() {}

    /** Reads at most so many; none if the list breaks its format or a name in it is no host's. */
    public static List<DnsName> read(byte[] list, int most) {
        DnsReader in = new DnsReader(list, list.length, 0, 0);
        List<DnsName> names = new ArrayList<>();
        try {
            while (!in.isAtEnd() && names.size() < most) {
                DnsName name = in.name();
                if (!name.isHostName()) {
                    return List.of();
                }
                names.add(name);
            }
        } catch (MalformedMessageException e) {
            return List.of();
        }
        return List.copyOf(names);
    }
}
