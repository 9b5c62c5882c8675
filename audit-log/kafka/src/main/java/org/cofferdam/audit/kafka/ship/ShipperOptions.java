package org.cofferdam.audit.kafka.ship;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a shipper is to do.
 *
 * @param auditDir the log's directory
 * @param stateDir where it leaves its position and its counters; its own
 * @param bootstrap brokers to begin with, HOST:PORT with commas between
 * @param blocksTopic the topic of whole blocks
 * @param eventsTopic the topic of events for people's tools; empty for none
 * @param partitions of topics that it makes
 * @param replication of topics that it makes, and at least of those that are there; 0 leaves it to the broker
 * @param makeTopics whether it may make a topic that is not there
 * @param client client properties by name, as the operator gave them
 */
public record ShipperOptions(
        Path auditDir,
        Path stateDir,
        String bootstrap,
        String blocksTopic,
        String eventsTopic,
        int partitions,
        int replication,
        boolean makeTopics,
        Map<String, String> client) {
    public static final String DEFAULT_BLOCKS_TOPIC = "cofferdam.audit.blocks";
    public static final String DEFAULT_EVENTS_TOPIC = "cofferdam.audit.events";
    public static final int DEFAULT_PARTITIONS = 6;

    public ShipperOptions {
        client = Map.copyOf(client);
    }

    /** Whether events are wanted. */
    public boolean withEvents() {
        return !eventsTopic.isEmpty();
    }
}
