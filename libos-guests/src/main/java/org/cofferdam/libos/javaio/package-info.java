/**
 * {@code java.io} over the guest's default file system, by a patch of {@code java.base}.
 *
 * <p>Lives here: {@link org.cofferdam.libos.javaio.JavaBasePatch}, which makes the patch out of the runtime's own classes,
 * and {@link org.cofferdam.libos.javaio.GuestCalls}, which those then call instead of the kernel.
 *
 * <p>The patch is made outside guests, by one thread. {@code GuestCalls} runs on the program's threads, as a class of
 * {@code java.base}; it trusts what the file system does, which checks all that the program says.
 */
@NullMarked
package org.cofferdam.libos.javaio;

import org.jspecify.annotations.NullMarked;
