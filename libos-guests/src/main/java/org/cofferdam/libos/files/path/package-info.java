/**
 * Paths of the guest: text with the rules of Unix, and patterns over it. Nothing here looks at a file.
 *
 * <p>Lives here: {@link org.cofferdam.libos.files.path.GuestPath} and {@link org.cofferdam.libos.files.path.Glob}.
 *
 * <p>The file system and the program call it, on any thread; all of it is immutable. It trusts no text: a NUL is refused
 * when a path is made, lengths are checked where a file is looked up.
 */
@NullMarked
package org.cofferdam.libos.files.path;

import org.jspecify.annotations.NullMarked;
