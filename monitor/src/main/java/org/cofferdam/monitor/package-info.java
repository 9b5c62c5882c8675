/**
 * Where the parts become one monitor: the start and stop in order, and the small adapters by which card, domain,
 * switch and kernel proxy tell the audit log and the operator what happens.
 *
 * <p>Threads: the main thread starts and stops; the domain thread owns all that moves packets; the control thread
 * answers operators. Only {@link org.cofferdam.monitor.Monitor} knows all parts.
 */
@NullMarked
package org.cofferdam.monitor;

import org.jspecify.annotations.NullMarked;
