/**
 * What the operator asked for, checked: the settings of {@code monitor start} as typed values, and the one exception
 * that carries a sentence for the operator.
 *
 * <p>A raw value (an option on the command line or a line of the configuration file) keeps where it came from until it
 * has become a validated type, so that each complaint names the place. {@link
 * org.cofferdam.monitor.config.StartOptions} is the whole of what a monitor needs to know to start.
 *
 * <p>May be called by every other package of the monitor; depends on none of them. Everything here is immutable and
 * safe on any thread. Nothing here is trusted input: texts come from the operator's shell and files.
 */
@NullMarked
package org.cofferdam.monitor.config;

import org.jspecify.annotations.NullMarked;
