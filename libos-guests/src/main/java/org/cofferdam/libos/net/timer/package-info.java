/**
 * When something is to happen: a timer wheel and its timers.
 *
 * <p>Called by the protocols of the network stack, on the stack's thread alone. The wheel knows no clock: who turns it
 * says what time it is, so a test turns it with a time of its own.
 *
 * <p>Nothing allocates once a timer is made. Putting a timer on and taking it off cost the same however many there
 * are, so a peer that opens many connections does not make the others' timers dearer.
 *
 * <p>Nothing here comes from outside.
 */
@NullMarked
package org.cofferdam.libos.net.timer;

import org.jspecify.annotations.NullMarked;
