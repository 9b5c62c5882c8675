/**
 * The messages of the vhost-user protocol as bytes and as types.
 *
 * <p>Lives here: {@link org.cofferdam.proxy.vhostuser.message.RequestCode}, the table of requests with what the
 * specification says of their size and descriptors; {@link org.cofferdam.proxy.vhostuser.message.FrontEndMessage}, what
 * a message says once it was checked; {@link org.cofferdam.proxy.vhostuser.message.MessageDecoder}, the way from one to
 * the other, and {@link org.cofferdam.proxy.vhostuser.message.ReplyEncoder}, the way back.
 *
 * <p>Called by sessions, on the thread of their guest. No state, no sockets, no memory of the peer: bytes that were
 * read once into a buffer of ours. Trusts none of them; whatever they are, the answer is a message or a {@link
 * org.cofferdam.proxy.vhostuser.message.ProtocolFaultException}.
 */
@NullMarked
package org.cofferdam.proxy.vhostuser.message;

import org.jspecify.annotations.NullMarked;
