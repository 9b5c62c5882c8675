/**
 * The shipper: brings each block of one log into a topic exactly once and in order, and what people read of it into
 * another.
 *
 * <p>The command line starts it, in a process of its own without privileges; its main thread does the shipping, one
 * more writes the counters. Blocks and the position behind them go in one Kafka transaction, under a transactional id
 * made of the log's identity: what a reader of committed records sees and where the next shipper goes on are one thing,
 * and a shipper that was replaced can commit nothing more. The brokers are trusted with the log's contents, since they
 * get them, but with nothing else: what comes back from them is bounded and checked.
 */
@NullMarked
package org.cofferdam.audit.kafka.ship;

import org.jspecify.annotations.NullMarked;
