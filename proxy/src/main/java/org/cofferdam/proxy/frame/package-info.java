/**
 * Frames as bytes: Ethernet, IPv4, IPv6, TCP and UDP headers, the Internet checksum, the virtio-net header and what
 * its offloads ask for (checksum completion, segmentation).
 *
 * <p>Everything works in place on a {@link java.lang.foreign.MemorySegment} and an offset, without an object a frame.
 * The classes with state (a parsed view, a segmentation under way) belong to one thread and are reused.
 *
 * <p>Called by ports, the switch and the emulated card. Frames are untrusted, but they must be private copies: a check
 * and a later read of the same byte have to see the same value. Each length is checked before a header is read.
 */
@NullMarked
package org.cofferdam.proxy.frame;

import org.jspecify.annotations.NullMarked;
