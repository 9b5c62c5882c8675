/**
 * The port of a guest: the device side of its network queues (virtio 1.2, section 5.1), in memory that the guest owns
 * and may change or cut short at any time.
 *
 * <p>Lives here: {@link org.cofferdam.proxy.guestport.GuestPort}, which the switch gives turns to; the queues that run
 * in it; the conversion of offloads for a guest that did not negotiate them. The guest's own thread (package
 * vhostuser) starts and stops queues by commands to the switch's thread and is told by {@link
 * org.cofferdam.proxy.guestport.GuestBell} what only it may do.
 *
 * <p>Runs on the switch's thread; allocates nothing but when a queue starts. Trusts nothing in the guest's memory. A
 * guest that breaks a queue's rules loses its queues until it attaches afresh; the port, its policy and its counters
 * stay.
 */
@NullMarked
package org.cofferdam.proxy.guestport;

import org.jspecify.annotations.NullMarked;
