/**
 * What a log holds, in numbers: crossings by type, source, port and guest, packets, bytes, and drops by reason.
 *
 * <p>{@link org.cofferdam.audit.stats.LogStatistics} is fed crossings by whoever reads a log, the command line for
 * one, on that thread, and answers in text or JSON.
 *
 * <p>Names come from the log, whose writer may have been broken into: how many are told apart is bounded, and they are
 * shown without control characters.
 */
@NullMarked
package org.cofferdam.audit.stats;

import org.jspecify.annotations.NullMarked;
