/**
 * What the network stack counts: each counter with a sentence, and their values.
 *
 * <p>Lives here: {@link Counter} and {@link Counters}, used by every protocol of the stack.
 *
 * <p>The stack's thread adds; any thread reads. A dropped packet always adds to one counter that says why, so that a
 * silent network can be explained.
 *
 * <p>Nothing here comes from outside.
 */
@NullMarked
package org.cofferdam.libos.net.count;

import org.jspecify.annotations.NullMarked;
