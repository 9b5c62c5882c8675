/**
 * Blocks back out of Kafka, for whoever reads an audit log: found by {@link java.util.ServiceLoader} when this module is on
 * the class path.
 *
 * <p>The reader's own thread calls it. Only committed records are read. What a topic brings is not trusted, since anyone
 * who may write there may have written it: sizes are bounded, each block is checked by its hash and checksum, and what is
 * none becomes a sentence about damage. Whether a block is the host's own only the chain and its signatures show.
 */
@NullMarked
package org.cofferdam.audit.kafka.read;

import org.jspecify.annotations.NullMarked;
