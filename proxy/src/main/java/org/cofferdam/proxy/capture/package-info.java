/**
 * Where the packet switch leaves copies of frames for those who watch.
 *
 * <p>Lives here: {@link CaptureRing}, one for each capture, outside the heap. The switch's thread writes it, another
 * one reads it. Writing takes no lock, allocates nothing and makes no system call, and a ring that is full costs the
 * capture its frame, never the packet path its pace.
 *
 * <p>Trusted: both threads are the monitor's own, and a peer has no way to this memory. Not trusted: what the frames
 * hold; whoever reads a copy looks at it as at any frame.
 */
@NullMarked
package org.cofferdam.proxy.capture;

import org.jspecify.annotations.NullMarked;
