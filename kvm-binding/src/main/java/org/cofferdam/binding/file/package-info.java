/**
 * Files where the JDK's own channels lack something that the audit log needs: fallocate(2), fdatasync(2)
 * and flock(2), with the error number of a failure. The audit log is who calls it.
 *
 * <p>Threads: a NativeFile belongs to one thread at a time. Trust: a file's content may have been changed by
 * anyone who may write it; nothing here interprets it. Files are read and written by copies, never mapped,
 * since a file that shrinks under a mapping would be a fault in the reader.
 */
@NullMarked
package org.cofferdam.binding.file;

import org.jspecify.annotations.NullMarked;
