/**
 * The host's side of the switch: a multi-queue tap interface that the host sees as the card's network device.
 *
 * <p>Lives here: {@link HostPort}, which reads and writes the tap's queues, and {@link Coalescer}, which joins TCP
 * segments before they are written, since one large write costs little more than one small.
 *
 * <p>Runs on the switch's thread; the settings (address, MTU, carrier) may be changed from there as well. Trusts the
 * kernel behind the tap for the shape of its frames, not for what the policy decides.
 */
@NullMarked
package org.cofferdam.proxy.hostport;

import org.jspecify.annotations.NullMarked;
