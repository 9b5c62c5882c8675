/**
 * The lower border of the network stack: a link takes and gives Ethernet frames in bursts, without an object a frame.
 *
 * <p>Lives here: the border itself ({@link Link}, {@link FrameSink}, {@link Offload}), a link over a kernel's tap, a cable
 * between two stacks in memory, and a link that loses, doubles, delays, reorders and damages frames on purpose.
 *
 * <p>A link belongs to the stack's one thread. Frames are the sender's word, byte by byte; what a link promises is that a
 * frame it hands over is a private copy that nobody changes meanwhile, and that its length is within the memory. What
 * an {@link Offload} says of a received frame is a claim like the frame itself, and the stack checks it before use.
 */
@NullMarked
package org.cofferdam.libos.net.link;

import org.jspecify.annotations.NullMarked;
