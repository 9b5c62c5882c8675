/**
 * Giving privileges up: the user that a process becomes, the system calls that it keeps, and the proof, thread by
 * thread, that both hold. Nothing here can be taken back.
 *
 * <p>What is per thread in the kernel (capabilities, Landlock) cannot be done for a running JVM, so a small C program
 * does it before; the user is changed by the C library, which tells every thread of it, and the filter by seccomp's
 * TSYNC, which the kernel sets on all threads at once. Later threads inherit both.
 *
 * <p>Called once, by the monitor's start, when all that needs privileges is open. Trusts its caller and the list of
 * calls, which is part of the program.
 */
@NullMarked
package org.cofferdam.binding.privilege;

import org.jspecify.annotations.NullMarked;
