package org.cofferdam.audit.kafka.read;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.kafka.ship.ShipperOptions;

/**
 * An address such as {@code kafka://one:9092,two:9092/topic?host=NAME}; topic and query may be left away.
 *
 * @param bootstrap HOST:PORT with commas between
 * @param topic the topic, or that of blocks
 * @param host whose blocks are wanted; empty for all
 */
public record KafkaPlace(String bootstrap, String topic, Optional<String> host) {
    /** What every such address begins with. */
    public static final String PREFIX = "kafka://";

    private static final String BROKER = "(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}";

    /**
     * Reads an address.
     *
     * @throws AuditLogException with one sentence if it is none
     */
    public static KafkaPlace parse(URI place) {
        return parse(place.toString());
    }

    /** The same from its text. */
    public static KafkaPlace parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw wrong(text);
        }
        String rest = text.substring(PREFIX.length());
        int query = rest.indexOf('?');
        Optional<String> host =
                query < 0 ? Optional.empty() : host(text, rest.substring(query + 1));
        String path = query < 0 ? rest : rest.substring(0, query);
        int slash = path.indexOf('/');
        String bootstrap = slash < 0 ? path : path.substring(0, slash);
        String topic = slash < 0 ? "" : path.substring(slash + 1);
        for (String broker : bootstrap.split(",", -1)) {
            if (!broker.matches(BROKER)) {
                throw wrong(text);
            }
        }
        if (!topic.isEmpty() && !topic.matches("[A-Za-z0-9._-]{1,249}")) {
            throw wrong(text);
        }
        return new KafkaPlace(
                bootstrap, topic.isEmpty() ? ShipperOptions.DEFAULT_BLOCKS_TOPIC : topic, host);
    }

    private static Optional<String> host(String text, String query) {
        if (!query.startsWith("host=")) {
            throw wrong(text);
        }
        try {
            return Optional.of(
                    URLDecoder.decode(query.substring("host=".length()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
    }

    private static AuditLogException wrong(String text) {
        return new AuditLogException(
                Problem.NO_LOG,
                "\""
                        + text
                        + "\" is no address of a log in Kafka; it reads kafka://HOST:PORT[,HOST:PORT][/TOPIC][?host=NAME]");
    }
}
