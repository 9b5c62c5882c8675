/**
 * Names: a stub resolver (RFC 1034, section 5.3.1) over the network stack.
 *
 * <p>Lives here: {@link org.cofferdam.libos.net.dns.DnsName}, the messages that carry it, and the resolver with its cache.
 *
 * <p>Any thread may ask and waits for the answer; no monitor is held meanwhile, so virtual threads let go of their
 * carriers. Clock and random numbers are parameters.
 *
 * <p>It trusts nothing that comes from the network: a reply is checked against its question, byte for byte, and each
 * length and pointer in it against the message, before anything of it is used. What a name server says about a name is
 * its word, no more: there is no DNSSEC here.
 */
@NullMarked
package org.cofferdam.libos.net.dns;

import org.jspecify.annotations.NullMarked;
