/**
 * Network interfaces of the host kernel: taps, packet sockets, and an interface's address, MTU and flags.
 * Frames are raw Ethernet frames, in most places with a virtio-net header in front.
 */
@NullMarked
package org.cofferdam.binding.net;

import org.jspecify.annotations.NullMarked;
