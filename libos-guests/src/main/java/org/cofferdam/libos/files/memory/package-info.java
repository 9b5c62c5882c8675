/**
 * Files in memory: the tree, what its files hold, and the channels over that.
 *
 * <p>Lives here: {@link org.cofferdam.libos.files.memory.Tree} (names and folders, one lock),
 * {@link org.cofferdam.libos.files.memory.Content} (bytes, one lock each), {@link
 * org.cofferdam.libos.files.memory.MemoryChannel}, and {@link org.cofferdam.libos.files.memory.Pages}, out of which all
 * contents are made and which is bounded.
 *
 * <p>The file system calls it on the program's threads. The order of locks is the tree, then a content, then the pages.
 * It trusts nobody's offsets and lengths: each is checked here before a byte is touched.
 */
@NullMarked
package org.cofferdam.libos.files.memory;

import org.jspecify.annotations.NullMarked;
