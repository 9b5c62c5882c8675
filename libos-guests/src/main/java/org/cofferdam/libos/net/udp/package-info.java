/**
 * UDP (RFC 768) over either family: {@link UdpLayer} finds the socket of a datagram, {@link UdpSocket} is what an
 * application has.
 *
 * <p>Protocol runs on the stack's thread; datagrams pass between it and one receiving and one sending thread through rings.
 * Nothing allocates for a datagram.
 *
 * <p>Datagrams are hostile: length and checksum are checked before anything is believed, and what a socket keeps of them
 * is bounded by its ring.
 */
@NullMarked
package org.cofferdam.libos.net.udp;

import org.jspecify.annotations.NullMarked;
