package org.cofferdam.audit.read;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Opens feeds of one scheme, found by {@link java.util.ServiceLoader}: so a reader of Kafka need not be on the class
 * path of who reads files.
 */
public interface BlockFeedProvider {
    /** The scheme that it serves, as in {@code kafka} of {@code kafka://broker:9092/topic}. */
    String scheme();

    /**
     * Opens a feed.
     *
     * @param place the whole address
     * @param properties what the operator gave besides, by name; for Kafka its client properties
     * @param since blocks that are older as a whole may be left out
     * @param follow whether to wait for what comes later
     * @param interest which blocks are worth handing on
     * @throws org.cofferdam.audit.AuditLogException with one sentence if the place cannot be used
     */
    BlockFeed open(
            URI place,
            Map<String, String> properties,
            Optional<Instant> since,
            boolean follow,
            BlockFeed.BlockInterest interest);
}
