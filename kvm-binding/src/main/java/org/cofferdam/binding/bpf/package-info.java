/**
 * BPF programs for the host kernel: loading an object, its programs and maps, attaching to interfaces by XDP
 * and tc, and reading a ring buffer of events. It binds libbpf through jnr-ffi; no type of either shows.
 *
 * <p>The proxy's kernel half is the only caller. Loading and attaching may run on any one thread, in whose
 * network namespace interface numbers count. {@link org.cofferdam.binding.bpf.BpfMap} reads and {@link
 * org.cofferdam.binding.bpf.BpfRing} drains allocate nothing and may run on a packet thread.
 *
 * <p>Trust: the kernel's verifier checks the programs. What a program writes into the ring is taken with
 * checked lengths only. Filters of other programs at an interface are never removed.
 */
@NullMarked
package org.cofferdam.binding.bpf;

import org.jspecify.annotations.NullMarked;
