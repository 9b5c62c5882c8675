/**
 * The IPv4 address from a server: DHCP's client (RFC 2131).
 *
 * <p>Lives here: {@link org.cofferdam.libos.net.dhcp.DhcpClient}, whose states are {@link
 * org.cofferdam.libos.net.dhcp.DhcpState}, the {@link org.cofferdam.libos.net.dhcp.Lease} that it gets, and the messages.
 *
 * <p>All of it runs on the stack's thread. Time is the stack's and random numbers are a parameter, so tests replay days of
 * leases.
 *
 * <p>Who answers is anybody on the link. A reply is read once, each length of it held against the message, and held
 * against our question; what is left is believed: there is no authentication here (RFC 3118 is used by nobody).
 */
@NullMarked
package org.cofferdam.libos.net.dhcp;

import org.jspecify.annotations.NullMarked;
