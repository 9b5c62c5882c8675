package org.cofferdam.monitor.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code start --kafka} asks for. The monitor itself speaks no Kafka: it starts who does, as another user.
 *
 * @param brokers HOST:PORT with commas between, or these with a topic behind a slash
 * @param clientConfig client properties, which the shipper's user must be able to read
 * @param user whom the shipper runs as, if this process may choose
 * @param stateDir the shipper's own folder
 */
public record KafkaShipping(
        String brokers, Optional<Path> clientConfig, String user, Path stateDir) {
    public static final String DEFAULT_USER = "cofferdam-shipper";
    public static final Path DEFAULT_STATE_DIR = Path.of("/var/lib/cofferdam-shipper");

    private static final String BROKER = "(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}";

    /**
     * Turns texts into options; empty if no shipper is wanted.
     *
     * @throws OperatorError with exit code 2 naming the place that is wrong
     */
    public static Optional<KafkaShipping> from(RawSettings raw) {
        Optional<String> brokers = raw.value(Setting.KAFKA, KafkaShipping::brokers);
        for (Setting setting :
                new Setting[] {Setting.KAFKA_CONFIG, Setting.KAFKA_USER, Setting.KAFKA_STATE_DIR}) {
            if (brokers.isEmpty() && raw.has(setting)) {
                throw OperatorError.usage(
                        raw.origin(setting)
                                + ": only with --kafka, which starts the shipper; add it or leave this out");
            }
        }
        return brokers.map(
                to ->
                        new KafkaShipping(
                                to,
                                raw.value(Setting.KAFKA_CONFIG, KafkaShipping::file),
                                raw.value(Setting.KAFKA_USER, StartOptions::user)
                                        .orElse(DEFAULT_USER),
                                raw.value(Setting.KAFKA_STATE_DIR, StartOptions::path)
                                        .orElse(DEFAULT_STATE_DIR)));
    }

    private static String brokers(String text) {
        int slash = text.indexOf('/');
        String places = slash < 0 ? text : text.substring(0, slash);
        String topic = slash < 0 ? "topic" : text.substring(slash + 1);
        for (String place : places.split(",", -1)) {
            if (!place.matches(BROKER) || !topic.matches("[A-Za-z0-9._-]{1,249}")) {
                throw new IllegalArgumentException(
                        "\""
                                + text
                                + "\" does not name brokers; use HOST:PORT[,HOST:PORT][/TOPIC]");
            }
        }
        return text;
    }

    private static Path file(String text) {
        Path path = StartOptions.path(text);
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException("there is no file " + path);
        }
        return path;
    }
}
