package org.cofferdam.libos.net.dns;

import org.cofferdam.libos.net.wire.IpAddress;

/** A record of a reply's answers that the resolver has a use for; all others are read over. */
sealed interface ResourceRecord {
    /** Whose it is. */
    DnsName owner();

    /** How long it may be kept: 0 to 2^31 - 1 (RFC 2181, section 8). */
    long seconds();

    /** An address, of A or AAAA. */
    record Address(DnsName owner, long seconds, IpAddress address) implements ResourceRecord {}

    /** The owner is an alias of another name: CNAME. */
    record Alias(DnsName owner, long seconds, DnsName target) implements ResourceRecord {}

    /** The owner stands for another name: PTR. */
    record Pointer(DnsName owner, long seconds, DnsName target) implements ResourceRecord {}
}
