package org.cofferdam.audit.kafka.read;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.kafka.ship.ClientProperties;
import org.cofferdam.audit.kafka.ship.ShippingException;
import org.cofferdam.audit.read.BlockFeed;
import org.cofferdam.audit.read.BlockFeedProvider;

/** Opens {@code kafka://…}. */
public final class KafkaBlockFeedProvider implements BlockFeedProvider {
    /** For {@link java.util.ServiceLoader}. */
    public KafkaBlockFeedProvider() {}

    @Override
    public String scheme() {
        return "kafka";
    }

    @Override
    public BlockFeed open(
            URI place,
            Map<String, String> properties,
            Optional<Instant> since,
            boolean follow,
            BlockFeed.BlockInterest interest) {
        KafkaPlace wanted = KafkaPlace.parse(place);
        try {
            return KafkaBlockFeed.open(
                    wanted,
                    new ClientProperties(wanted.bootstrap(), properties),
                    since,
                    follow,
                    interest);
        } catch (ShippingException e) {
            throw new AuditLogException(Problem.IO, String.valueOf(e.getMessage()));
        }
    }
}
