/**
 * The bytes of the log: records, blocks and segment files, and how a segment is walked.
 *
 * <p>Each layout is drawn above the type that holds its offsets; {@code FORMAT.md} tells the whole. All
 * numbers are little-endian and unsigned. The writer encodes with these offsets on its own thread and the
 * producers on theirs, without allocation. {@link org.cofferdam.audit.format.SegmentWalker} is for readers,
 * the verifier and the recovery at start: it trusts nothing it finds in a file, bounds every length before
 * it is used and answers damage by a value, never by an exception.
 *
 * <p>Nothing here knows the types of crossings.
 */
@NullMarked
package org.cofferdam.audit.format;

import org.jspecify.annotations.NullMarked;
