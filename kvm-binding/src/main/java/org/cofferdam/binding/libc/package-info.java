/**
 * The C library as jnr-ffi sees it: one interface, constants with the names of the headers, and error
 * numbers. Internal to kvm-binding: no other module may use it, which the build checks. Functions are
 * bound with fixed arity, also where C declares them variadic, because on x86-64 and on Linux aarch64 the
 * call is the same and nothing is allocated for it.
 *
 * <p>Threads: any; the error number is the calling thread's.
 */
@NullMarked
package org.cofferdam.binding.libc;

import org.jspecify.annotations.NullMarked;
