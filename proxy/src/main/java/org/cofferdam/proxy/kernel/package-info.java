/**
 * The proxy's kernel half, seen from the monitor: loads proxy.bpf.o, attaches it to the tap, to the ports and to
 * the emulated card's wire, writes its maps, and brings its drops into the audit log.
 *
 * <p>{@link org.cofferdam.proxy.kernel.KernelProxy} is the one entrance and belongs to the domain thread: {@code
 * doWork} runs there among the other agents and allocates nothing; the operator's changes reach it as commands on
 * that thread. Only {@code cleanUp}, which needs no object, may run elsewhere.
 *
 * <p>Trust: the kernel and its verifier are trusted, and so the counters. What the events say of a frame was
 * written by whoever sent the frame, and is only passed on.
 */
@NullMarked
package org.cofferdam.proxy.kernel;

import org.jspecify.annotations.NullMarked;
