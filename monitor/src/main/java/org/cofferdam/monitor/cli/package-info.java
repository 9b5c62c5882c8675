/**
 * The command line: {@code monitor start}, and the commands that ask a running monitor or read its log.
 *
 * <p>Every command but {@code start} is a short-lived client and loads neither Netty nor jnr-ffi: it speaks HTTP over a
 * {@code java.nio} Unix socket and reads the answer with jackson-core. {@code start} validates, looks at the machine,
 * takes the run directory, has the monitor built by a {@link org.cofferdam.monitor.control.MonitorFactory}, opens the
 * control API and waits.
 *
 * <p>Main thread only. Errors are {@link org.cofferdam.monitor.config.OperatorError}s: one line on standard error, an
 * exit code, no stack trace unless {@code --verbose}.
 */
@NullMarked
package org.cofferdam.monitor.cli;

import org.jspecify.annotations.NullMarked;
