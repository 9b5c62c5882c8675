/**
 * The program {@code monitor ship}: options in, sentences and an exit code out.
 *
 * <p>ops/monitor starts it in a JVM of its own, with the monitor's libraries and this module's on the class path, and
 * {@code monitor start --kafka} through the same script. It runs on the JVM's main thread; a signal asks it to end, and
 * what was not committed by then is shipped by the next one. It needs no privilege: read access to the log, write access
 * to its own state folder, and the network to the brokers.
 */
@NullMarked
package org.cofferdam.audit.kafka.cli;

import org.jspecify.annotations.NullMarked;
