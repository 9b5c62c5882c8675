/**
 * The JDK's name for who opens {@code jar:} addresses: {@link org.cofferdam.libos.program.jar.Handler}.
 *
 * <p>The JDK finds it by the system property {@code java.protocol.handler.pkgs}, whose rule makes the names of package
 * and class: the protocol's name, and {@code Handler}. {@link org.cofferdam.libos.program.Program} sets the property.
 *
 * <p>The JDK calls it on any thread. It trusts addresses as far as the program that made them.
 */
@NullMarked
package org.cofferdam.libos.program.jar;

import org.jspecify.annotations.NullMarked;
