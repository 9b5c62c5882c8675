/**
 * The program: its class path in memory, the class loader over it, and its main method.
 *
 * <p>Lives here: {@link org.cofferdam.libos.program.Program}, which reads jars and folders while files can still be
 * opened, and {@link org.cofferdam.libos.program.ProgramLoader}, which needs none afterwards; {@code jar:} and
 * {@code file:} addresses that open from memory; {@link org.cofferdam.libos.program.WarmUp}, which touches what the JDK
 * would open late.
 *
 * <p>The launcher calls it on the main thread; then the JDK does, on any thread of the program.
 *
 * <p>It trusts the class path as far as the program that comes from there. A broken archive is refused with its name.
 */
@NullMarked
package org.cofferdam.libos.program;

import org.jspecify.annotations.NullMarked;
