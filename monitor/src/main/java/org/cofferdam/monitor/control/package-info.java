/**
 * What an operator can ask of a running monitor, and the way it is asked: HTTP/1.1 with JSON over a Unix socket.
 *
 * <p>{@link org.cofferdam.monitor.control.MonitorService} is the seam: whoever owns the domain implements it, and {@link
 * org.cofferdam.monitor.control.ControlServer} serves it. One thread, the control thread (a Netty event loop), takes
 * the connections, checks the caller's credentials as the kernel gives them, has each call recorded through {@link
 * org.cofferdam.monitor.control.CallRecorder} before it takes effect, and writes the answer. It has no timer running
 * while nobody is connected.
 *
 * <p>Callers are trusted as far as their uid: root or the monitor's own. What they send is still read with limits and
 * checked field by field. The packet path is never touched from here; calls that change it are handed over and answered
 * when they are done.
 */
@NullMarked
package org.cofferdam.monitor.control;

import org.jspecify.annotations.NullMarked;
