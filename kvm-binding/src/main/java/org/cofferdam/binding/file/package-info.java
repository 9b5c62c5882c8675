/**
 * Files where the JDK's own channels lack something that the audit log needs: fallocate(2), fdatasync(2)
 * and flock(2), with the error number of a failure.
 */
@NullMarked
package org.cofferdam.binding.file;

import org.jspecify.annotations.NullMarked;
