/**
 * Stream sockets of this machine, unix(7), that carry descriptors beside bytes (SCM_RIGHTS): what the vhost-user
 * protocol speaks over. Netty's and the JDK's own sockets lose payload or descriptors.
 *
 * <p>Lives here: {@link org.cofferdam.binding.socket.UnixListener}, {@link org.cofferdam.binding.socket.UnixStream}
 * and {@link org.cofferdam.binding.socket.PassedDescriptor}, which is what a peer sent and nobody has looked at yet.
 *
 * <p>Threads: one at a time for each object. Trust: nothing but the kernel's word about who the peer was when it
 * connected. A descriptor from a peer may be anything; it is asked what it is before it is used, and never read.
 */
@NullMarked
package org.cofferdam.binding.socket;

import org.jspecify.annotations.NullMarked;
