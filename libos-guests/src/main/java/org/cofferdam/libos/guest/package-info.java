/**
 * A guest's network, whole: a card over virtqueues, the TCP/IP stack on it, and the thread that runs both.
 *
 * <p>Lives here: {@link org.cofferdam.libos.guest.GuestNetwork}, which a program starts, or the JDK's service
 * provider for it ({@code org.cofferdam.libos.jdk}).
 *
 * <p>Any thread may call it. Its own thread owns card and stack; it spins a little when there is nothing to do, then
 * sleeps on the card's call descriptor and an eventfd of its own.
 *
 * <p>It trusts nothing that comes from the card, and of the back end that it is one.
 */
@NullMarked
package org.cofferdam.libos.guest;

import org.jspecify.annotations.NullMarked;
