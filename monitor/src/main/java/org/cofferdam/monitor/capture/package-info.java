/**
 * Captures: frames from the packet switch as a file that Wireshark reads.
 *
 * <p>Lives here: {@link FrameCapture}, which takes copies of frames from a ring, chooses by a filter and counts, and {@link
 * Pcapng}, which writes the format.
 *
 * <p>The control thread runs all of it; the packet path sees the ring only and never waits.
 *
 * <p>Trusted: the ring's own fields. Not trusted: what the frames hold, which is looked at by the filter alone and
 * otherwise copied as it is.
 */
@NullMarked
package org.cofferdam.monitor.capture;

import org.jspecify.annotations.NullMarked;
