/**
 * Descriptors that wake a thread: eventfd(2) and epoll(7). Any module that waits for more than one thing
 * may use them.
 *
 * <p>Threads: an EventFd may be signalled from any thread; an Epoll belongs to the thread that waits on it.
 * Trust: what epoll reports is the kernel's word, but a descriptor that a peer also holds may be signalled
 * at any time and for nothing, so a wake-up is a hint and never a proof.
 */
@NullMarked
package org.cofferdam.binding.event;

import org.jspecify.annotations.NullMarked;
