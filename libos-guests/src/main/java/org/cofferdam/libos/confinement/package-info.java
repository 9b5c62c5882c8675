/**
 * How a guest's JVM gives the host's kernel up: the board that it shares with its launcher (C, libos-guests/src/main/c),
 * and the filter of system calls.
 *
 * <p>The order matters: the launcher has taken privileges, namespaces and files away before the JVM was executed; the JVM
 * attaches its card over the launcher's connection, loads the program into memory, closes all descriptors but rings and
 * console, puts all its threads under the filter, hands the filter's descriptor to the launcher, and only then calls the
 * program's main. See {@link org.cofferdam.libos.confinement.Cage}.
 *
 * <p>Main thread, before the program. What the program does to this code afterwards harms nobody but itself: the filter is
 * in the kernel, and the launcher is another process.
 */
@NullMarked
package org.cofferdam.libos.confinement;

import org.jspecify.annotations.NullMarked;
