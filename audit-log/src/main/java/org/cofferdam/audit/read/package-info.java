/**
 * The reading side: crossings as values, filters, the two output forms, and the reader that follows a log
 * across its segments, also one that is being written.
 *
 * <p>The command line calls this, in a process of its own; the caller's thread does the work. It assumes
 * that the writer, or whoever had the files since, was broken into: block hashes are checked, every length
 * and code is bounded before use, bad bytes become a sentence about damage and never an exception, and
 * text is shown without control characters.
 */
@NullMarked
package org.cofferdam.audit.read;

import org.jspecify.annotations.NullMarked;
