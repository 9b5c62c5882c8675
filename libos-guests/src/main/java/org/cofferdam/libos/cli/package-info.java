/**
 * The command {@code libos}: what a person types, and what becomes of it.
 *
 * <p>{@link org.cofferdam.libos.cli.RunCommand} reads the options, makes the command line of the launcher and of the
 * JVM behind it, and puts the launcher in this process's place: so signals, exit code and console are the guest's own.
 * It trusts whoever types, whose rights it has.
 *
 * <p>Exit codes: 2 for wrong usage, 3 where the environment lacks something, 5 for a failure at work; else the program's.
 */
@NullMarked
package org.cofferdam.libos.cli;

import org.jspecify.annotations.NullMarked;
