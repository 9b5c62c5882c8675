/**
 * The network stack put together: one link below, sockets above, one thread that runs it.
 *
 * <p>Lives here: {@link NetworkStack} and its {@link StackSettings}.
 *
 * <p>Who embeds a stack calls {@code doWork} from one thread, over and over, and may let it sleep until {@code
 * nextDeadline} or until its link or its waker says that there is work. The clock and the random numbers are parameters,
 * so that with the same of both, and the same frames, a stack does the same.
 *
 * <p>It trusts its embedder and nothing that comes from the link.
 */
@NullMarked
package org.cofferdam.libos.net.stack;

import org.jspecify.annotations.NullMarked;
