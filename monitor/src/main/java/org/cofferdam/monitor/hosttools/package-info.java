/**
 * The few commands of the system that the monitor runs: ip(8), tc(8) and modprobe(8), by their full path, without a
 * shell, with a bound on their time and output.
 *
 * <p>Called by the packages that clean up after a dead monitor or prepare a PCI card, at start and stop only, never while
 * packets pass. Any thread. The tools are trusted as part of the host; who calls has validated each argument, and what a
 * tool answers is read as text of bounded length.
 */
@NullMarked
package org.cofferdam.monitor.hosttools;

import org.jspecify.annotations.NullMarked;
