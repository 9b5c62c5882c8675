/**
 * A guest's network card: a pair of virtqueues in memory that it shares with a back end, which is a Cofferdam monitor or
 * any other that speaks vhost-user.
 *
 * <p>Lives here: the queues with their buffers ({@link org.cofferdam.libos.nic.QueuePair}), and the same as the network
 * stack's link ({@link org.cofferdam.libos.nic.RingLink}). A card outlives its back ends: what was given to one that went
 * is taken up by the next.
 *
 * <p>One thread, the network stack's; no lock, and no allocation but to attach. What the back end writes is copied before
 * it is looked at, and a back end that returns what it was not given is refused.
 */
@NullMarked
package org.cofferdam.libos.nic;

import org.jspecify.annotations.NullMarked;
