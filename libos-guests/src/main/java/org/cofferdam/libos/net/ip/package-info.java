/**
 * IP in both versions, and what makes it work on a link: ARP, neighbour discovery, ICMP, reassembly, path MTU.
 *
 * <p>A frame comes in through {@link EthernetInput} and leaves, as a {@link Packet}, through the {@link Transport} of its
 * protocol. A packet goes out through {@link IpOutput}, which gives its caller a place behind the headers to write to.
 *
 * <p>Everything runs on the stack's thread. Receiving and sending a whole packet allocate nothing.
 *
 * <p>Every byte that comes in is hostile: each length is checked before what it covers is read, with the RFC's section
 * beside the check. What a stranger can make this package keep is bounded: neighbours, datagrams in reassembly,
 * path MTUs. Nobody can write into the neighbour cache who was not asked.
 */
@NullMarked
package org.cofferdam.libos.net.ip;

import org.jspecify.annotations.NullMarked;
