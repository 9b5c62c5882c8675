/**
 * The kernel's random numbers without a file: getrandom(2). For processes that cannot open /dev/random.
 *
 * <p>Any thread may call it. The kernel is trusted to give what nobody can guess.
 */
@NullMarked
package org.cofferdam.binding.random;

import org.jspecify.annotations.NullMarked;
