/**
 * The JDK's asynchronous channels over the library OS: streams and listeners whose operations end in a completion handler
 * or a future, and the groups of threads that run the handlers.
 *
 * <p>Lives here: one class for each of the JDK's abstract asynchronous channels, each around a blocking channel of the
 * stack. An operation waits in a virtual thread of its own, so it behaves as a blocking one does, with a timeout and an end
 * by {@code close}; its result goes to a thread of the channel's group.
 *
 * <p>Any thread of a program may call it.
 *
 * <p>It trusts the program it is part of.
 */
@NullMarked
package org.cofferdam.libos.jdk.async;

import org.jspecify.annotations.NullMarked;
