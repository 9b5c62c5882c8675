/**
 * What the guest's files say of themselves: times, sizes, permissions, an owner.
 *
 * <p>Lives here: {@link org.cofferdam.libos.files.attribute.NodeAttributes}, a snapshot, and {@link
 * org.cofferdam.libos.files.attribute.Attributes}, which reads and writes them by name as {@code Files.readAttributes}
 * does.
 *
 * <p>The file system calls it on the program's threads. Permissions are remembered and shown, not enforced: there is one
 * user.
 */
@NullMarked
package org.cofferdam.libos.files.attribute;

import org.jspecify.annotations.NullMarked;
