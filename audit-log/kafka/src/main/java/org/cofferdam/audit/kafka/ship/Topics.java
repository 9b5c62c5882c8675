package org.cofferdam.audit.kafka.ship;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.cofferdam.audit.kafka.ship.ShippingException.End;
import org.jspecify.annotations.Nullable;

/**
 * Makes the topics, or checks those that are there. Blocking calls of the main thread; errors of the brokers come out as
 * Kafka's exceptions, topics that will not do as a {@link ShippingException}.
 */
final class Topics {
    private static final int LOOKS = 50;
    private static final long LOOK_MILLIS = 100;

    private final Admin admin;
    private final ShipperOptions options;

    Topics(Admin admin, ShipperOptions options) {
        this.admin = admin;
        this.options = options;
    }

    /** Makes or checks both; returns how many partitions the blocks' topic has. */
    int prepare() throws InterruptedException {
        int partitions = prepare(options.blocksTopic());
        if (options.withEvents()) {
            prepare(options.eventsTopic());
        }
        return partitions;
    }

    private int prepare(String topic) throws InterruptedException {
        Optional<TopicDescription> there = describe(topic);
        if (there.isEmpty()) {
            make(topic);
            // A broker hears of a topic a moment after the controller has made it.
            for (int look = 0; look < LOOKS && there.isEmpty(); look++) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                there = describe(topic);
            }
        }
        TopicDescription found =
                there.orElseThrow(
                        () -> new KafkaException("the topic " + topic + " was made and is gone"));
        check(found);
        return found.partitions().size();
    }

    private Optional<TopicDescription> describe(String topic) throws InterruptedException {
        try {
            return Optional.ofNullable(
                    get(admin.describeTopics(List.of(topic)).topicNameValues().get(topic)));
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    private void make(String topic) throws InterruptedException {
        if (!options.makeTopics()) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "there is no topic "
                            + topic
                            + " on "
                            + options.bootstrap()
                            + "; make it, or leave --no-create away");
        }
        Optional<Short> replication =
                options.replication() == 0
                        ? Optional.empty()
                        : Optional.of((short) options.replication());
        NewTopic wanted =
                new NewTopic(topic, Optional.of(options.partitions()), replication)
                        .configs(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_DELETE,
                                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                        Integer.toString(ClientProperties.TOPIC_MESSAGE_BYTES)));
        try {
            get(admin.createTopics(List.of(wanted)).values().get(topic));
        } catch (TopicExistsException e) {
            return; // another shipper was faster; it is checked like any
        } catch (InvalidReplicationFactorException e) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "the topic "
                            + topic
                            + " cannot have "
                            + options.replication()
                            + " replicas, there are fewer brokers; start more or give a smaller --replication",
                    e);
        }
    }

    private void check(TopicDescription topic) throws InterruptedException {
        String name = topic.name();
        int replicas =
                topic.partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
        if (replicas < options.replication()) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "the topic "
                            + name
                            + " has "
                            + replicas
                            + " replicas, --replication wants "
                            + options.replication()
                            + "; give it more with kafka-reassign-partitions or ask for fewer");
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config config = get(admin.describeConfigs(List.of(resource)).values().get(resource));
        String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "the topic "
                            + name
                            + " has cleanup.policy="
                            + policy
                            + ", which keeps one record of each host and throws the others away; set it to delete");
        }
        String largest = value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        if (!largest.matches("[0-9]{1,10}")
                || Long.parseLong(largest) < ClientProperties.LARGEST_RECORD) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "the topic "
                            + name
                            + " takes batches of "
                            + largest
                            + " bytes, a block may have 1 MiB; set its max.message.bytes to "
                            + ClientProperties.TOPIC_MESSAGE_BYTES);
        }
    }

    private static String value(Config config, String name) {
        return Optional.ofNullable(config.get(name)).map(ConfigEntry::value).orElse("");
    }

    /** What a call of the admin client brings; its failure as the exception that it is. */
    static <T> T get(@Nullable KafkaFuture<T> future) throws InterruptedException {
        try {
            return Objects.requireNonNull(future).get(); // it answers for what it was asked
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new KafkaException(e);
        }
    }

    /** Names that Kafka takes for a topic. */
    static boolean isName(String topic) {
        return topic.matches("[A-Za-z0-9._-]{1,249}") && !List.of(".", "..").contains(topic);
    }

    /** Whether an exception says that what was asked for may not be had. */
    static boolean isRefusal(Throwable e) {
        return e instanceof AuthenticationException || e instanceof AuthorizationException;
    }
}
