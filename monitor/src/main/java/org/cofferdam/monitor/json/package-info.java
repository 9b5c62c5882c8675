/**
 * JSON as a tree of plain values, read by jackson-core's streaming parser with limits.
 *
 * <p>For the command line, which shows what the control API and tools such as tc answer. Small on purpose: data binding
 * would cost more start-up time than the commands may take. Any package of the monitor may use it, on any thread; the
 * text is not trusted beyond its limits.
 */
@NullMarked
package org.cofferdam.monitor.json;

import org.jspecify.annotations.NullMarked;
