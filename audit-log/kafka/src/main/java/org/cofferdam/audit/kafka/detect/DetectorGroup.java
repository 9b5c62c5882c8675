package org.cofferdam.audit.kafka.detect;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.cofferdam.audit.detect.Alert;
import org.cofferdam.audit.detect.Rules;
import org.cofferdam.audit.detect.SharedDetection;
import org.cofferdam.audit.kafka.read.KafkaPlace;
import org.cofferdam.audit.kafka.ship.ClientProperties;

/**
 * One member of a group of detectors. One thread calls {@link #work}; the callbacks of a rebalance come inside it.
 *
 * <p>A member that lost its partitions while it stood still cannot commit: the group's generation, which its transaction
 * carries, is not the brokers' any more. It forgets what it did since, which its successor has done.
 */
final class DetectorGroup implements SharedDetection {
    private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);
    private static final Duration LOAD_WAIT = Duration.ofMillis(200);

    /** Longer than a transaction of a member that died stays open. */
    private static final Duration LOAD_PATIENCE = Duration.ofSeconds(20);

    private static final String TRANSACTION_MILLIS = "10000";

    private final KafkaPlace place;
    private final ClientProperties properties;
    private final GroupTopics topics;
    private final Consumer<Alert> alerts;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, PartitionMemory> memories = new HashMap<>();
    private KafkaProducer<byte[], byte[]> producer;
    private Rules rules;
    private long lastCommit = System.nanoTime();
    private boolean gone;
    private volatile boolean closed;

    private DetectorGroup(
            KafkaPlace place,
            ClientProperties properties,
            GroupTopics topics,
            String group,
            Rules rules,
            Consumer<Alert> alerts) {
        this.place = place;
        this.properties = properties;
        this.topics = topics;
        this.rules = rules;
        this.alerts = alerts;
        this.producer = producer();
        Map<String, Object> settings = properties.consumer();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                CooperativeStickyAssignor.class.getName());
        settings.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "10000");
        settings.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, "2000");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        this.consumer = new KafkaConsumer<>(settings);
    }

    static DetectorGroup join(
            KafkaPlace place,
            ClientProperties properties,
            String group,
            Rules rules,
            Consumer<Alert> alerts) {
        GroupTopics topics;
        try (Admin admin = Admin.create(properties.admin())) {
            topics = GroupTopics.prepare(admin, place, group);
        }
        DetectorGroup member = new DetectorGroup(place, properties, topics, group, rules, alerts);
        member.consumer.subscribe(List.of(topics.blocks()), member.new Moves());
        return member;
    }

    private KafkaProducer<byte[], byte[]> producer() {
        // A name of its own: who may commit is decided by the group's generation.
        Map<String, Object> settings =
                properties.producer("cofferdam-detector-" + UUID.randomUUID());
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MILLIS);
        settings.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                Integer.toString(GroupTopics.LARGEST_STATE));
        KafkaProducer<byte[], byte[]> made = new KafkaProducer<>(settings);
        made.initTransactions();
        return made;
    }

    @Override
    public boolean work(Duration patience) throws IOException {
        if (closed) {
            leave();
            return false;
        }
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
                PartitionMemory memory =
                        memories.get(new TopicPartition(record.topic(), record.partition()));
                if (memory != null) {
                    memory.take(record);
                }
            }
            if (System.nanoTime() - lastCommit >= COMMIT_EVERY.toNanos()) {
                commit(memories.keySet());
            }
            return true;
        } catch (WakeupException e) {
            leave();
            return false;
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (KafkaException e) {
            begin();
            throw new IOException(
                    "the topic "
                            + topics.blocks()
                            + " on "
                            + place.bootstrap()
                            + " cannot be worked on: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Alerts, what is remembered and how far it is, together or not at all. */
    private void commit(Set<TopicPartition> which) {
        lastCommit = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (TopicPartition partition : which) {
            PartitionMemory memory = memories.get(partition);
            if (memory != null && memory.isDirty()) {
                offsets.put(partition, new OffsetAndMetadata(memory.next()));
                records.addAll(memory.saved(topics));
            }
        }
        if (offsets.isEmpty()) {
            return;
        }
        producer.beginTransaction();
        for (ProducerRecord<byte[], byte[]> record : records) {
            // What fails, fails the commit.
            var _ = producer.send(record);
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
        for (TopicPartition partition : offsets.keySet()) {
            PartitionMemory memory = memories.get(partition);
            if (memory != null) {
                memory.committed();
            }
        }
    }

    /** After trouble: what was not committed is forgotten, and what is remembered is read again. */
    private void begin() {
        try {
            producer.close(Duration.ZERO); // aborts what is open
            producer = producer();
            load(Set.copyOf(memories.keySet()));
        } catch (KafkaException again) {
            // The next call fails as this one did, and tries it again.
            memories.clear();
            consumer.enforceRebalance();
        }
    }

    /** Reads what is remembered of partitions, and goes on behind it. */
    private void load(Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> committed =
                consumer.committed(Set.copyOf(partitions));
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata group = committed.get(partition);
            long until = System.nanoTime() + LOAD_PATIENCE.toNanos();
            PartitionMemory memory = load(partition);
            // A transaction that a dead member left open hides what came behind it, until the
            // brokers end it.
            while (group != null
                    && memory.next() != group.offset()
                    && System.nanoTime() < until
                    && !closed) {
                memory = load(partition);
            }
            memories.put(partition, memory);
            if (memory.next() >= 0) {
                consumer.seek(partition, memory.next());
            } else {
                consumer.seekToBeginning(List.of(partition));
            }
        }
    }

    private PartitionMemory load(TopicPartition partition) {
        PartitionMemory memory =
                new PartitionMemory(
                        partition.partition(),
                        KafkaPlace.PREFIX + place.bootstrap() + "/" + place.topic(),
                        rules,
                        alerts);
        TopicPartition states = new TopicPartition(topics.state(), partition.partition());
        Map<String, Object> settings = properties.consumer();
        settings.put(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                Integer.toString(GroupTopics.LARGEST_STATE));
        try (KafkaConsumer<byte[], byte[]> reader = new KafkaConsumer<>(settings)) {
            reader.assign(List.of(states));
            reader.seekToBeginning(List.of(states));
            long end = reader.endOffsets(List.of(states)).getOrDefault(states, 0L);
            long until = System.nanoTime() + LOAD_PATIENCE.toNanos();
            while (reader.position(states) < end && System.nanoTime() < until) {
                reader.poll(LOAD_WAIT).forEach(memory::restore);
            }
        }
        return memory;
    }

    @Override
    public void follow(Rules next) {
        rules = next;
        memories.values().forEach(memory -> memory.follow(next));
    }

    /** Ends the wait of the thread that works; it leaves the group. */
    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
    }

    private void leave() {
        if (gone) {
            return;
        }
        gone = true;
        try {
            commit(Set.copyOf(memories.keySet()));
        } catch (KafkaException tooLate) {
            // What was not committed is done again by who comes next.
            memories.clear();
        }
        producer.close(Duration.ofSeconds(5));
        try {
            consumer.close();
        } catch (WakeupException e) {
            memories.clear(); // closed all the same
        }
    }

    /** Partitions come and go. */
    private final class Moves implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            load(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            commit(Set.copyOf(partitions));
            partitions.forEach(memories::remove);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(memories::remove);
        }
    }
}
