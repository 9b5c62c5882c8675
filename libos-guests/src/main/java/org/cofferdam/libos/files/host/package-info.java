/**
 * Folders of the host that were granted to the guest.
 *
 * <p>Lives here: {@link org.cofferdam.libos.files.host.Grant}, which walks from the granted folder down by open folders
 * and never by a path that somebody could change meanwhile.
 *
 * <p>The file system calls it on the program's threads. It distrusts both sides: the program's names, and other processes
 * of the host that swap a folder for a link while it is on its way.
 */
@NullMarked
package org.cofferdam.libos.files.host;

import org.jspecify.annotations.NullMarked;
