/**
 * The kernel's random numbers without a file: getrandom(2). For processes that cannot open /dev/random.
 *
 * <p>Lives here: {@link org.cofferdam.binding.random.KernelRandom}.
 *
 * <p>Any thread may call it, at any time after the machine has booted. The kernel is trusted to give what nobody can
 * guess; a filter that forbids the call is an error and never a weaker number.
 */
@NullMarked
package org.cofferdam.binding.random;

import org.jspecify.annotations.NullMarked;
