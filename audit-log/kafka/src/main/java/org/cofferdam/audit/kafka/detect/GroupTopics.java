package org.cofferdam.audit.kafka.detect;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.kafka.read.KafkaPlace;

/**
 * The topics of a group: that of blocks must be there, those of alerts and of what is remembered are made beside it.
 *
 * @param blocks whole blocks
 * @param alerts what was raised, an OCSF finding each
 * @param state what is remembered, by partition and log; compacted
 */
record GroupTopics(String blocks, String alerts, String state) {
    /** Most bytes of what is remembered of a log. */
    static final int LARGEST_STATE = 8 << 20;

    static GroupTopics prepare(Admin admin, KafkaPlace place, String group) {
        GroupTopics topics =
                new GroupTopics(
                        place.topic(),
                        place.topic() + ".alerts",
                        place.topic() + "." + group + ".state");
        Optional<TopicDescription> blocks = describe(admin, topics.blocks);
        if (blocks.isEmpty()) {
            throw new AuditLogException(
                    Problem.NO_LOG,
                    "there is no topic " + topics.blocks + " on " + place.bootstrap());
        }
        int partitions = blocks.get().partitions().size();
        make(admin, topics.alerts, partitions, Map.of());
        // A partition's memory lies in the partition of the same number.
        make(
                admin,
                topics.state,
                partitions,
                Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(LARGEST_STATE)));
        int states = describe(admin, topics.state).map(t -> t.partitions().size()).orElse(0);
        if (states < partitions) {
            throw new AuditLogException(
                    Problem.NO_LOG,
                    "the topic "
                            + topics.state
                            + " has "
                            + states
                            + " partitions and that of blocks "
                            + partitions
                            + "; give it as many");
        }
        return topics;
    }

    private static Optional<TopicDescription> describe(Admin admin, String topic) {
        try {
            return Optional.ofNullable(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw known(e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static void make(
            Admin admin, String topic, int partitions, Map<String, String> settings) {
        NewTopic wanted =
                new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(settings);
        try {
            admin.createTopics(List.of(wanted)).all().get();
            for (int look = 0; look < 50 && describe(admin, topic).isEmpty(); look++) {
                // A broker hears of a topic a moment after the controller has made it.
                Thread.sleep(100);
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw known(e);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static RuntimeException known(ExecutionException e) {
        return e.getCause() instanceof RuntimeException cause ? cause : new KafkaException(e);
    }
}
