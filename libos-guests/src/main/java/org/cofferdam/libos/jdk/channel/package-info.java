/**
 * The JDK's channels over the library OS's own sockets: streams, listeners, datagrams, and pipes in memory.
 *
 * <p>Lives here: one class for each of the JDK's abstract channels, the implementations of java.net's sockets over them,
 * and the small machinery of blocking ({@code Side}) and of letting go ({@code Gate}).
 *
 * <p>Any thread of a program may call it; what the stack does not allow at once (two readers, a read after a close) is
 * kept from it here. The network's thread calls {@code becameReady}, which wakes and returns. No monitor is held while a
 * thread waits, so virtual threads let go of their carriers.
 *
 * <p>It trusts the program it is part of. Addresses and bytes from the network were checked by the stack.
 */
@NullMarked
package org.cofferdam.libos.jdk.channel;

import org.jspecify.annotations.NullMarked;
