/**
 * TCP (RFC 9293) over either family.
 *
 * <p>A segment comes in through {@link TcpLayer}, which finds its {@link Tcb}, the record of one connection's protocol;
 * {@link TcpInput} says what it means, {@link TcpOutput} what is to be sent, {@link TcpTimers} what happens when nothing
 * comes. An application sees {@link TcpConnection} and {@link TcpListener}.
 *
 * <p>Protocol runs on the stack's thread; sending, receiving in order and acknowledging allocate nothing. Applications'
 * threads touch the rings, the readiness and the requests of {@link org.cofferdam.libos.net.socket}.
 *
 * <p>Segments are hostile. Each is checked against the connection's window before it has an effect, resets and SYNs by RFC
 * 5961; what a stranger can make the stack keep is bounded by backlogs, tables and the buffer pool.
 */
@NullMarked
package org.cofferdam.libos.net.tcp;

import org.jspecify.annotations.NullMarked;
