package org.cofferdam.audit.kafka.ship;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.utils.Utils;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.jspecify.annotations.Nullable;

/**
 * Where a log goes on: what was committed with its last blocks, or, where brokers have forgotten that (they keep
 * positions of those who are silent for a week by default), the last block in the topic itself. Main thread; to be asked
 * when no transaction of this log is open.
 */
final class PositionFinder {
    private static final long WINDOW = 64;
    private static final Duration POLL = Duration.ofMillis(500);

    private final Admin admin;
    private final ShipperOptions options;
    private final ClientProperties properties;
    private final LogIdentity log;
    private final int partitions;

    PositionFinder(
            Admin admin,
            ShipperOptions options,
            ClientProperties properties,
            LogIdentity log,
            int partitions) {
        this.admin = admin;
        this.options = options;
        this.properties = properties;
        this.log = log;
        this.partitions = partitions;
    }

    /** The position, with {@code session} as its session where none was committed. */
    Position find(String session) throws InterruptedException {
        Optional<Position> committed = committed(true);
        if (committed.isPresent()) {
            return committed.get();
        }
        Optional<Position> last = lastInTopic(session);
        return last.orElseGet(() -> Position.start(home(), session));
    }

    /**
     * What was committed last; empty if the brokers know of nothing.
     *
     * @param settled whether to wait for a transaction that is open
     */
    Optional<Position> committed(boolean settled) throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> offsets;
        try {
            offsets =
                    Topics.get(
                            admin.listConsumerGroupOffsets(
                                            Map.of(log.group(), new ListConsumerGroupOffsetsSpec()),
                                            new ListConsumerGroupOffsetsOptions()
                                                    .requireStable(settled))
                                    .partitionsToOffsetAndMetadata(log.group()));
        } catch (GroupIdNotFoundException e) {
            return Optional.empty();
        }
        Position newest = null;
        for (Map.Entry<TopicPartition, OffsetAndMetadata> e : offsets.entrySet()) {
            @Nullable OffsetAndMetadata value = e.getValue();
            TopicPartition place = e.getKey();
            if (value == null
                    || !place.topic().equals(options.blocksTopic())
                    || place.partition() >= partitions) {
                continue;
            }
            Optional<Position> found = Position.decode(place.partition(), value);
            if (found.isPresent() && (newest == null || found.get().next() > newest.next())) {
                newest = found.get();
            }
        }
        return Optional.ofNullable(newest);
    }

    /** The partition of a log that is new: as any client would choose for its key. */
    private int home() {
        return Utils.toPositive(Utils.murmur2(log.key())) % partitions;
    }

    private Optional<Position> lastInTopic(String session) throws InterruptedException {
        Position newest = null;
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties.consumer())) {
            for (int p = 0; p < partitions; p++) {
                TopicPartition place = new TopicPartition(options.blocksTopic(), p);
                BlockHeader header = lastIn(consumer, place);
                if (header != null && (newest == null || header.number() + 1 > newest.next())) {
                    long next = header.number() + 1;
                    newest = new Position(p, next, header.hash(), next, session);
                }
            }
        }
        return Optional.ofNullable(newest);
    }

    /** Looks through a partition from its end, in windows that grow. */
    private @Nullable BlockHeader lastIn(Consumer<byte[], byte[]> consumer, TopicPartition place)
            throws InterruptedException {
        Collection<TopicPartition> only = List.of(place);
        consumer.assign(only);
        long begin = consumer.beginningOffsets(only).getOrDefault(place, 0L);
        long end = consumer.endOffsets(only).getOrDefault(place, 0L);
        for (long window = WINDOW; end > begin; window *= 4) {
            long from = Math.max(begin, end - window);
            BlockHeader found = null;
            consumer.seek(place, from);
            while (consumer.position(place) < end) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(place)) {
                    byte @Nullable [] value = record.value();
                    if (record.offset() < end && value != null) {
                        Optional<BlockImage> block = BlockImage.check(value);
                        if (block.isPresent() && log.owns(block.get().header())) {
                            found = block.get().header();
                        }
                    }
                }
            }
            if (found != null) {
                return found;
            }
            end = from;
        }
        return null;
    }
}
