/**
 * What end-to-end tests stand on: network namespaces of their own, a real monitor process in one of them,
 * commands run in them, and the monitor's status and log as JSON.
 *
 * <p>Everything made here has a name of its own (process id and a counter), so that test classes and whole
 * builds may run side by side, and everything is undone by {@code close()}, also after a failed test: the
 * processes inside the run's own namespaces are ended by their ids, then namespaces and folders are removed.
 * Used by tests only, on the thread that runs them. Trusts the tools of the machine (ip, ping, iperf3), and
 * nothing that comes out of the monitor: its output is what is tested.
 */
@NullMarked
package org.cofferdam.tests.lab;

import org.jspecify.annotations.NullMarked;
