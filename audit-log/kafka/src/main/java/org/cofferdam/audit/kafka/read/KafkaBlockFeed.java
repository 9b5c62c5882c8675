package org.cofferdam.audit.kafka.read;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.kafka.ship.ClientProperties;
import org.cofferdam.audit.read.BlockFeed;
import org.cofferdam.audit.read.LogOrigin;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of a topic, from its beginning or from a time on, each log's in its order. One thread; {@link #close} may come
 * from any.
 *
 * <p>It has no group: each feed reads all partitions itself, since a host's blocks are in one of them and which one the
 * name alone does not tell for good.
 */
public final class KafkaBlockFeed implements BlockFeed {
    private static final int MOST_BYTES = BlockLayout.HEADER_BYTES + BlockLayout.READABLE_PAYLOAD;
    private static final int MOST_NAME = 255;
    private static final Duration SHORT = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final KafkaPlace place;
    private final boolean follow;
    private final BlockInterest interest;

    /** Where a feed that does not follow ends; partitions that it has come to the end of are taken out. */
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    private volatile boolean closed;
    private boolean done;

    private KafkaBlockFeed(
            Consumer<byte[], byte[]> consumer,
            KafkaPlace place,
            boolean follow,
            BlockInterest interest) {
        this.consumer = consumer;
        this.place = place;
        this.follow = follow;
        this.interest = interest;
    }

    /**
     * Opens a feed.
     *
     * @param since blocks that were shipped before this time may be left out
     * @throws AuditLogException with one sentence if there is no such topic or it cannot be read
     */
    static KafkaBlockFeed open(
            KafkaPlace place,
            ClientProperties properties,
            Optional<Instant> since,
            boolean follow,
            BlockInterest interest) {
        Map<String, Object> settings = properties.consumer();
        settings.putIfAbsent("default.api.timeout.ms", "15000");
        settings.put("allow.auto.create.topics", "false"); // who reads makes nothing
        Consumer<byte[], byte[]> consumer = null;
        try {
            consumer = new KafkaConsumer<>(settings);
            KafkaBlockFeed feed = new KafkaBlockFeed(consumer, place, follow, interest);
            feed.begin(since);
            return feed;
        } catch (KafkaException e) {
            close(consumer);
            throw new AuditLogException(
                    Problem.IO,
                    "the topic "
                            + place.topic()
                            + " on "
                            + place.bootstrap()
                            + " cannot be read ("
                            + e.getClass().getSimpleName()
                            + ": "
                            + e.getMessage()
                            + ")");
        } catch (AuditLogException e) {
            close(consumer);
            throw e;
        }
    }

    private static void close(@Nullable Consumer<byte[], byte[]> consumer) {
        if (consumer != null) {
            consumer.close();
        }
    }

    private void begin(Optional<Instant> since) {
        @Nullable List<PartitionInfo> found = consumer.partitionsFor(place.topic());
        if (found == null || found.isEmpty()) {
            throw new AuditLogException(
                    Problem.NO_LOG,
                    "there is no topic " + place.topic() + " on " + place.bootstrap());
        }
        List<TopicPartition> all =
                found.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        if (!follow) {
            ends.putAll(consumer.endOffsets(all));
        }
        if (since.isPresent()) {
            // A block is shipped after its records were written, so none that is wanted is before
            // that place.
            Map<TopicPartition, Long> times = new HashMap<>();
            all.forEach(p -> times.put(p, since.get().toEpochMilli()));
            Map<TopicPartition, @Nullable OffsetAndTimestamp> from =
                    new HashMap<>(consumer.offsetsForTimes(times));
            for (TopicPartition p : all) {
                OffsetAndTimestamp first = from.get(p);
                if (first != null) {
                    consumer.seek(p, first.offset());
                } else {
                    consumer.seekToEnd(List.of(p));
                }
            }
        }
    }

    @Override
    public boolean next(Sink sink, Duration patience) throws IOException {
        if (done || closed) {
            return follow && !closed;
        }
        try {
            if (!follow && atEnd()) {
                return false;
            }
            ConsumerRecords<byte[], byte[]> records =
                    consumer.poll(follow || !patience.isZero() ? patience : SHORT);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (follow || record.offset() < end(record)) {
                    take(record, sink);
                }
            }
            return follow || !atEnd();
        } catch (WakeupException e) {
            return false; // closed
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
            return follow;
        } catch (KafkaException e) {
            throw new IOException(
                    "the topic "
                            + place.topic()
                            + " on "
                            + place.bootstrap()
                            + " cannot be read: "
                            + e.getMessage(),
                    e);
        } finally {
            if (closed) {
                finish();
            }
        }
    }

    private long end(ConsumerRecord<byte[], byte[]> record) {
        return ends.getOrDefault(
                new TopicPartition(record.topic(), record.partition()), Long.MIN_VALUE);
    }

    private boolean atEnd() {
        ends.entrySet().removeIf(e -> consumer.position(e.getKey()) >= e.getValue());
        return ends.isEmpty();
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Sink sink) {
        byte @Nullable [] key = record.key();
        if (key == null || key.length > MOST_NAME) {
            sink.damage(where(record) + ": no host's name is its key");
            return;
        }
        String host = new String(key, StandardCharsets.UTF_8);
        if (place.host().isPresent()
                && !Arrays.equals(place.host().get().getBytes(StandardCharsets.UTF_8), key)) {
            return;
        }
        byte @Nullable [] value = record.value();
        if (value == null || value.length > MOST_BYTES) {
            sink.damage(where(record) + ": too large for a block, or empty");
            return;
        }
        Optional<BlockImage> block = BlockImage.check(value);
        if (block.isEmpty()) {
            sink.damage(where(record) + ": no sound block");
            return;
        }
        BlockHeader header = block.get().header();
        if (!interest.mayHold(header)) {
            sink.skipped(1, header.records());
            return;
        }
        sink.block(
                new LogOrigin(
                        host,
                        header.logIdHigh(),
                        header.logIdLow(),
                        KafkaPlace.PREFIX + place.bootstrap() + "/" + place.topic()),
                header,
                block.get().payload());
    }

    private static String where(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + ", partition " + record.partition() + ", offset " + record.offset();
    }

    /** The consumer is its thread's own, so whoever reads closes it, at once or when it is woken. */
    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        finish();
    }

    private synchronized void finish() {
        if (done) {
            return;
        }
        try {
            consumer.close();
            done = true;
        } catch (java.util.ConcurrentModificationException e) {
            return; // the reading thread is inside and closes it when it comes out
        } catch (WakeupException e) {
            done = true;
        }
    }
}
