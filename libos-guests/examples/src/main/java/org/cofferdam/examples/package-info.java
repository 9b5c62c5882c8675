/**
 * Programs to run in a guest of the library OS.
 *
 * <p>Lives here: an HTTP server, a UDP echo and a Kafka producer. Each is a plain program for the JDK, which also runs on
 * the host's own kernel; none knows of the library OS.
 *
 * <p>Each has a main and is run by whoever wants; the README of this module says how. Threads are those of the JDK and of
 * the Kafka client.
 *
 * <p>What comes from the network is only counted, echoed or served; nothing is trusted for it.
 */
@NullMarked
package org.cofferdam.examples;

import org.jspecify.annotations.NullMarked;
