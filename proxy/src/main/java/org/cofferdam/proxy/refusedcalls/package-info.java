/**
 * The system calls that guests' filters refused, as their launchers tell of them (libos-guests/src/main/c/refusals.c).
 *
 * <p>Lives here: {@link org.cofferdam.proxy.refusedcalls.RefusedCall}, one report; {@link
 * org.cofferdam.proxy.refusedcalls.RefusedCallDoor}, a thread for each guest that takes them in beside the guest's
 * vhost-user socket and has them written into the audit log.
 *
 * <p>Trusts nobody: whoever may attach as the guest may also report, and could report what never was. So a report says
 * whose port it came to, is read to its last bit before it is used, and no launcher fills the log faster than the door
 * lets it: those beyond wait in their own socket.
 */
@NullMarked
package org.cofferdam.proxy.refusedcalls;

import org.jspecify.annotations.NullMarked;
