/**
 * Frames as bytes: Ethernet, ARP, IPv4, IPv6, ICMP, UDP and TCP headers, the Internet checksum, and addresses as values.
 *
 * <p>Headers are read and written in place, on a {@link java.lang.foreign.MemorySegment} and an offset, without an
 * object a frame. An IP address of either family is 128 bits in two longs; an IPv4 address is the mapped one of RFC
 * 4291, section 2.5.5.2, so that everything above speaks of one kind of address.
 *
 * <p>Called by all of the network stack; nothing here keeps state or knows a thread.
 *
 * <p>Frames are untrusted, but private copies: a check and a later read of a byte see the same value. Nothing here checks
 * lengths; who reads a header has made sure that it is there.
 */
@NullMarked
package org.cofferdam.libos.net.wire;

import org.jspecify.annotations.NullMarked;
