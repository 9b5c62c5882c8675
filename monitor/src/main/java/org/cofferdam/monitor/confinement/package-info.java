/**
 * How the monitor comes to keep so little: the starter that stays root in its place, and the moment at which it gives
 * everything else up.
 *
 * <p>{@code monitor start} is two processes one after the other. The first reads the options, then puts the starter (C,
 * monitor/src/main/c) in its own place, with the paths that the monitor will need. The starter runs the monitor as its
 * child, under Landlock. When all that needs privileges is open, {@link
 * org.cofferdam.monitor.confinement.Confinement} takes the user, the capabilities and the system calls away. What
 * still needs root goes through {@link org.cofferdam.monitor.confinement.StarterChannel}.
 *
 * <p>Main thread, but for requests over the channel, which the domain thread makes. What the list of system calls
 * leaves, and why, stands in it: system-calls.list.
 */
@NullMarked
package org.cofferdam.monitor.confinement;

import org.jspecify.annotations.NullMarked;
