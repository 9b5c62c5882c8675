/**
 * Descriptors that wake a thread: eventfd(2) and epoll(7). An EventFd may be signalled from any thread;
 * an Epoll belongs to the thread that waits on it.
 */
@NullMarked
package org.cofferdam.binding.event;

import org.jspecify.annotations.NullMarked;
