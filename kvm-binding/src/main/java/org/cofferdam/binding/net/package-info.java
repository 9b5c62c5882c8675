/**
 * Network interfaces of the host kernel: taps, packet sockets, and an interface's address, MTU and flags.
 * Frames are raw Ethernet frames, in most places with a virtio-net header in front. The proxy's host port
 * and the emulated card's wire are who calls it.
 *
 * <p>Threads: a tap's queue and a packet socket belong to one thread each. Trust: lengths are the kernel's
 * word; every byte of a frame is the sender's.
 */
@NullMarked
package org.cofferdam.binding.net;

import org.jspecify.annotations.NullMarked;
