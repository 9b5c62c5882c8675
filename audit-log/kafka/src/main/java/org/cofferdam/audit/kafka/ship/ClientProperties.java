package org.cofferdam.audit.kafka.ship;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.cofferdam.audit.kafka.ship.ShippingException.End;

/**
 * The properties of Kafka's clients: the operator's (TLS, SASL, time-outs), which win over the defaults here, and those
 * that the promises rest on, which they may not touch.
 */
public final class ClientProperties {
    /** A block of 1 MiB with its header, its key and its headers. */
    static final int LARGEST_RECORD = (1 << 20) + 4096;

    /** The largest batch: what compression may add, and several blocks together, fit well. */
    public static final int TOPIC_MESSAGE_BYTES = 2 << 20;

    private static final int BUFFER_BYTES = 32 << 20;

    /** On these rest order, completeness and once-only. */
    private static final Set<String> FIXED =
            Set.of(
                    ProducerConfig.ACKS_CONFIG,
                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                    ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                    ProducerConfig.PARTITIONER_CLASS_CONFIG,
                    ProducerConfig.INTERCEPTOR_CLASSES_CONFIG,
                    ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                    ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                    ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                    ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                    ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                    ConsumerConfig.GROUP_ID_CONFIG,
                    "bootstrap.servers");

    private final String bootstrap;
    private final Map<String, String> operator;

    /**
     * Properties for brokers.
     *
     * @param bootstrap HOST:PORT with commas between
     * @param operator what the operator gave, by name
     * @throws ShippingException if the operator gave what may not be changed
     */
    public ClientProperties(String bootstrap, Map<String, String> operator) {
        this.bootstrap = bootstrap;
        this.operator = Map.copyOf(operator);
        for (String name : operator.keySet()) {
            if (FIXED.contains(name)) {
                throw new ShippingException(
                        End.USAGE,
                        "the client property "
                                + name
                                + " may not be given: that each block arrives once and in order rests on it; take it out"
                                + " of the file of --kafka-config");
            }
        }
    }

    /**
     * The properties in a file, in Java's format for them.
     *
     * @throws ShippingException with one sentence if it cannot be read
     */
    public static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ShippingException(
                    End.USAGE,
                    "the file of client properties "
                            + file
                            + " cannot be read ("
                            + e.getClass().getSimpleName()
                            + "); check --kafka-config and who may read it",
                    e);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }

    /** Of a producer of whole transactions. */
    public Map<String, Object> producer(String transactionalId) {
        Map<String, Object> p = new HashMap<>();
        // A session that hears nothing ends and a new one asks how far it came, so waits are short.
        p.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "15000");
        p.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        p.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "30000");
        p.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "60000");
        p.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");
        p.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        p.put(ProducerConfig.LINGER_MS_CONFIG, "5");
        p.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(1 << 20));
        p.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Integer.toString(BUFFER_BYTES));
        addOperators(p, ProducerConfig.configNames()::contains);
        p.put(ProducerConfig.ACKS_CONFIG, "all");
        p.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        p.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        p.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(2 * TOPIC_MESSAGE_BYTES));
        p.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        p.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return p;
    }

    /** Of who makes and describes topics. */
    public Map<String, Object> admin() {
        Map<String, Object> p = new HashMap<>();
        p.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        p.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "15000");
        addOperators(p, AdminClientConfig.configNames()::contains);
        return p;
    }

    /** Of a reader of committed records, without a group. */
    public Map<String, Object> consumer() {
        Map<String, Object> p = new HashMap<>();
        // Bounds what brokers can make a reader hold.
        p.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(8 << 20));
        p.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(4 << 20));
        p.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "64");
        addOperators(p, ConsumerConfig.configNames()::contains);
        p.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        p.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        p.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        p.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        p.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return p;
    }

    /** Each client complains of names that it does not know, so it gets its own only. */
    private void addOperators(Map<String, Object> to, Predicate<String> known) {
        operator.forEach(
                (name, value) -> {
                    if (known.test(name)) {
                        to.put(name, value);
                    }
                });
        to.put("bootstrap.servers", bootstrap);
    }
}
