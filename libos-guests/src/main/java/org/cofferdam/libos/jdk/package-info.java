/**
 * The JDK's service provider over the library OS: programs that know nothing of it get their channels from here.
 *
 * <p>Lives here: {@link org.cofferdam.libos.jdk.GuestSelectorProvider} and {@link
 * org.cofferdam.libos.jdk.GuestAsynchronousChannelProvider}, which system properties name, {@link
 * org.cofferdam.libos.jdk.GuestSockets}, which does the same for java.net, and {@link
 * org.cofferdam.libos.jdk.GuestStart}, which attaches the guest's card when the first channel is opened.
 *
 * <p>The JDK calls it, on any thread of the program.
 *
 * <p>It trusts the command line and the environment as far as the program itself does; what they say is checked.
 */
@NullMarked
package org.cofferdam.libos.jdk;

import org.jspecify.annotations.NullMarked;
