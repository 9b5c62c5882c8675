/**
 * Detectors as a Kafka consumer group: {@code monitor audit detect --from kafka://… --group NAME} on as many machines as
 * the topic has partitions.
 *
 * <p>A partition's blocks go through one {@link org.cofferdam.audit.detect.Detection}. About once a second one Kafka
 * transaction holds the alerts since the last, what is remembered of each log that had blocks, and the offset behind
 * them. So whoever gets the partition next begins where the last transaction ended, with what was remembered there.
 *
 * <p>The member's own thread runs all of it, the callbacks of a rebalance too. What topics bring is not trusted: blocks are
 * checked by their hash, states by their bounds; a state that is none costs the memory of one log.
 */
@NullMarked
package org.cofferdam.audit.kafka.detect;

import org.jspecify.annotations.NullMarked;
