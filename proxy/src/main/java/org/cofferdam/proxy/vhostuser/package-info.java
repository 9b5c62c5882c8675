/**
 * The vhost-user back end: how a guest, another process, attaches to its port over a Unix stream socket.
 *
 * <p>The way in: {@link org.cofferdam.proxy.vhostuser.GuestDoor} waits for a front end and checks who it is; {@link
 * org.cofferdam.proxy.vhostuser.MessageReader} makes whole messages of its bytes; {@link
 * org.cofferdam.proxy.vhostuser.Session} does what they say; {@link org.cofferdam.proxy.vhostuser.MemoryTable} holds
 * the guest's memory; {@link org.cofferdam.proxy.vhostuser.QueueSwitchboard} starts and stops queues in the switch.
 *
 * <p>One thread for each guest, which owns all of this and may block: whatever a peer does to the descriptors that it
 * shares with us, it holds up this thread and no other. The switch's thread is reached by commands only.
 *
 * <p>Trusts no byte, no descriptor and no memory of the peer. Any offence costs the peer its attachment, is on record,
 * and leaves the port waiting for the next that connects.
 */
@NullMarked
package org.cofferdam.proxy.vhostuser;

import org.jspecify.annotations.NullMarked;
