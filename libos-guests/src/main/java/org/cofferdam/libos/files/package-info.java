/**
 * The guest's files: the JDK's default file system over an image that cannot be written, memory, and host folders that
 * were granted.
 *
 * <p>The program calls it through {@code java.nio.file}, on any thread; the launcher says once, before the program's
 * main, what the tree holds.
 *
 * <p>It trusts who fills it. Paths, names and offsets of the program are checked: a program may harm its own memory
 * files and no other, and reaches the host's files only below a grant.
 */
@NullMarked
package org.cofferdam.libos.files;

import org.jspecify.annotations.NullMarked;
