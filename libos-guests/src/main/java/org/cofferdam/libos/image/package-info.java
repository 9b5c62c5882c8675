/**
 * The command {@code libos image}: packs a program, the library OS and a runtime of just the modules that both need.
 *
 * <p>Lives here: {@link org.cofferdam.libos.image.ImageCommand} (the options), {@link
 * org.cofferdam.libos.image.ImageBuilder} (the steps), {@link org.cofferdam.libos.image.NeededModules} (what of the JDK
 * the classes name), and {@link org.cofferdam.libos.image.PackedImage}, which describes an image and reads it again for
 * {@code libos run --image}.
 *
 * <p>It runs outside guests, on the main thread, with the rights of whoever types. It trusts the program no further than
 * to copy it; what an image's description says is checked when it is read.
 */
@NullMarked
package org.cofferdam.libos.image;

import org.jspecify.annotations.NullMarked;
