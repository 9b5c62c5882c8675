/**
 * Follows the segment files of one log while another process writes them, and hands out whole blocks.
 *
 * <p>The shipper's main thread calls it; the look at the log's end has a thread of its own. It trusts nothing in the
 * files: they are read once into private memory, bounded and checked there, and what is no sound block is counted and
 * passed over. It takes no lock and writes nothing, so the writer never waits for it; all it asks of the disk besides
 * reading is that what it has read be there after a power failure.
 */
@NullMarked
package org.cofferdam.audit.kafka.follow;

import org.jspecify.annotations.NullMarked;
