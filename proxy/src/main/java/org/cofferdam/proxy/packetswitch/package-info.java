/**
 * The packet switch of the monitor: the proxy's half outside the kernel.
 *
 * <p>Lives here: what a port is ({@link Port}), the frames under way ({@link Burst}), what each port may send ({@link
 * PortPolicy}), what became of each frame ({@link Verdict}), and the switch ({@link PacketSwitch}) that takes a burst
 * from each port in turn, judges it, copies it on and has it recorded.
 *
 * <p>One thread runs the switch and everything it calls; only counters are read elsewhere. Nothing allocates after the
 * ports are added.
 *
 * <p>Ports are trusted code, frames are not: each is judged on the private copy in the burst, after which its
 * virtio-net header may be believed. No port sees another's memory.
 */
@NullMarked
package org.cofferdam.proxy.packetswitch;

import org.jspecify.annotations.NullMarked;
