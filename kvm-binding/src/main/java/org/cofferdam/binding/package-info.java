/**
 * The binding to the kernel: the only part of Cofferdam that calls native code or turns an address into
 * memory. Everything above it sees typed objects, {@link java.lang.foreign.MemorySegment}s with bounds, and
 * {@link org.cofferdam.binding.NativeCallException}s.
 *
 * <p>Calls go through jnr-ffi. jnr-ffi's own assembler stubs lose the sixth integer argument on x86-64, so
 * they are switched off, and {@link org.cofferdam.binding.libc.Libc} tests itself when it is loaded.
 *
 * <p>Threads: each class says it; unless it does, an object belongs to one thread at a time. Trust: the
 * kernel is trusted; what the caller passes is checked where a mistake would corrupt memory.
 */
@NullMarked
package org.cofferdam.binding;

import org.jspecify.annotations.NullMarked;
