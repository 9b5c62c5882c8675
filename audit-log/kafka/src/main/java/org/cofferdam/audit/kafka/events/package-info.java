/**
 * What people's tools get of the log: one event for each crossing that is no packet burst, and what bursts come to in a
 * second.
 *
 * <p>The shipper's main thread calls it with one block after the other. Which events come out depends on the blocks
 * alone and not on the time of day or on how they were batched, but for one that a pause brings out early; so a shipper
 * that goes on for another makes the same events. The log's writer is not trusted: lengths were bounded by the parser,
 * the number of sums that are kept is bounded here, texts are escaped by the mapping to OCSF.
 */
@NullMarked
package org.cofferdam.audit.kafka.events;

import org.jspecify.annotations.NullMarked;
