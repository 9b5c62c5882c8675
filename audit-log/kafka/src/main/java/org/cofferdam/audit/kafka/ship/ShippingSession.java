package org.cofferdam.audit.kafka.ship;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.kafka.events.CloudEvent;
import org.cofferdam.audit.kafka.events.EventStream;
import org.cofferdam.audit.kafka.follow.LogFollower;
import org.cofferdam.audit.kafka.ship.ShipperCounters.Counter;
import org.cofferdam.audit.read.LogOrigin;
import org.jspecify.annotations.Nullable;

/**
 * Ships with one transactional producer, from a position on, until something fails. Main thread.
 *
 * <p>A transaction holds a stretch of blocks, the events that they bring, and the position behind them. It is committed
 * when it is large or old; before that the blocks are made durable in the local log, so that no power failure leaves the
 * topic with blocks that the log has not.
 */
final class ShippingSession implements AutoCloseable {
    private static final long OLD_NANOS = 200_000_000;
    private static final long POLL_NANOS = 20_000_000;
    private static final long IDLE_POLL_NANOS = 100_000_000;

    /** After so long without a block the sums of packets go out as they are. */
    private static final long IDLE_NANOS = 1_000_000_000;

    /** A stop may take so long for what is still there. */
    private static final long DRAIN_NANOS = 3_000_000_000L;

    private final ShipperOptions options;
    private final LogIdentity log;
    private final LogFollower follower;
    private final Alignment alignment;
    private final StateDirectory state;
    private final ShipperCounters counters;
    private final Consumer<String> say;
    private final Clock clock;
    private final Pace pace;
    private final Producer<byte[], byte[]> producer;
    private final ConsumerGroupMetadata group;
    private final byte[] key;
    private final @Nullable EventStream events;
    private Position position;

    private boolean open;
    private long openedAt;
    private long lastBlockAt = System.nanoTime();
    private long blocks;
    private long bytes;
    private long sentEvents;
    private long latest;

    /** Begins with a position; the producer has finished what earlier ones had open. */
    ShippingSession(
            ShipperOptions options,
            LogIdentity log,
            LogFollower follower,
            StateDirectory state,
            ShipperCounters counters,
            Consumer<String> say,
            Clock clock,
            Pace pace,
            Producer<byte[], byte[]> producer,
            ConsumerGroupMetadata group,
            Position position) {
        this.options = options;
        this.log = log;
        this.follower = follower;
        alignment = new Alignment(options.auditDir(), log, follower);
        this.state = state;
        this.counters = counters;
        this.say = say;
        this.clock = clock;
        this.pace = pace;
        this.producer = producer;
        this.group = group;
        this.position = position;
        key = log.key();
        events =
                options.withEvents()
                        ? new EventStream(
                                new LogOrigin(
                                        log.host(),
                                        log.high(),
                                        log.low(),
                                        options.auditDir().toString()),
                                log.hex())
                        : null;
    }

    /** The producer that only the newest shipper of a log has; earlier ones are fenced when this returns. */
    static Producer<byte[], byte[]> producer(ClientProperties properties, LogIdentity log) {
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(properties.producer(log.transactionalId()));
        try {
            producer.initTransactions();
            return producer;
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    /** The group that positions are kept under; it has no members, and only a consumer can name one. */
    static ConsumerGroupMetadata group(ClientProperties properties, LogIdentity log) {
        Map<String, Object> settings = properties.consumer();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, log.group());
        try (KafkaConsumer<byte[], byte[]> nobody = new KafkaConsumer<>(settings)) {
            return nobody.groupMetadata();
        }
    }

    /** Commits the position under this session's name, so that others can see who ships. */
    void announce() {
        producer.beginTransaction();
        commitOffsets();
        producer.commitTransaction();
    }

    /** Ships until it is told to stop. Kafka's exceptions end it; what was not committed is as if never sent. */
    void run(BooleanSupplier stop) throws IOException, InterruptedException {
        counters.position(position.next(), 0);
        BlockImage block = align();
        counters.connected(true);
        while (!stop.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (block == null) {
                block = follower.next();
            }
            long now = System.nanoTime();
            if (block != null) {
                ship(block);
                block = null;
                lastBlockAt = now;
            } else if (!open) {
                if (events != null
                        && events.openSince().isPresent()
                        && now - lastBlockAt > IDLE_NANOS) {
                    begin();
                    events.flush(this::send);
                    commit();
                } else {
                    // The files have no doorbell for others.
                    LockSupport.parkNanos(
                            now - lastBlockAt > IDLE_NANOS ? IDLE_POLL_NANOS : POLL_NANOS);
                }
            } else if (now - openedAt < OLD_NANOS) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            if (open && (bytes >= pace.bytes() || System.nanoTime() - openedAt >= OLD_NANOS)) {
                commit();
            }
        }
        drain(block);
    }

    /** What is there when it is told to stop goes out, so that the end of a log that was closed is in the topic. */
    private void drain(@Nullable BlockImage read) throws IOException {
        long until = System.nanoTime() + DRAIN_NANOS;
        BlockImage block = read == null ? follower.next() : read;
        while (block != null && System.nanoTime() < until) {
            ship(block);
            block = follower.next();
        }
        if (open) {
            commit();
        }
    }

    /** Reads up to the position for what the events need; returns a block that was read beyond it, or null. */
    private @Nullable BlockImage align() throws IOException {
        return alignment.seek(
                position,
                block -> {
                    latest = block.header().latest();
                    counters.position(position.next(), latest);
                    if (events != null) {
                        if (block.header().number() < position.open()) {
                            events.learn(block);
                        } else {
                            events.resume(block);
                        }
                    }
                });
    }

    private void ship(BlockImage block) {
        BlockHeader header = block.header();
        alignment.requireOwn(header);
        if (header.number() < position.next()) {
            counters.add(Counter.REPEATED, 1);
            say.accept(
                    "a block with the number "
                            + header.number()
                            + " comes again in the local log and is left out");
            return;
        }
        if (header.number() > position.next()) {
            counters.add(Counter.MISSING, header.number() - position.next());
            say.accept(
                    "blocks "
                            + position.next()
                            + " to "
                            + (header.number() - 1)
                            + " are not in the local log (pruned or damaged) and will be missing in the topic");
        } else if (!header.previous().equals(position.last())
                && !(header.number() == 0 && position.last().equals(BlockHash.NONE))) {
            counters.add(Counter.BREAKS, 1);
            say.accept(
                    "block "
                            + header.number()
                            + " does not follow the block before it; it is shipped as it is, 'monitor audit verify'"
                            + " says more");
        }
        begin();
        var _ =
                producer.send(
                        new ProducerRecord<>(
                                options.blocksTopic(),
                                position.partition(),
                                key,
                                block.bytes(),
                                headers(header)));
        blocks++;
        bytes += block.bytes().length;
        latest = header.latest();
        if (events != null) {
            events.read(block, this::send);
        }
        long next = header.number() + 1;
        long since = events == null ? next : events.openSince().orElse(next);
        position =
                new Position(position.partition(), next, header.hash(), since, position.session());
    }

    private Iterable<Header> headers(BlockHeader header) {
        return List.of(
                header("log-id", log.hex()),
                header("block", Long.toUnsignedString(header.number())),
                header("run", Long.toUnsignedString(header.run())));
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.US_ASCII));
    }

    private void send(CloudEvent event) {
        var _ =
                producer.send(
                        new ProducerRecord<>(
                                options.eventsTopic(), null, key, event.data(), event.headers()));
        sentEvents++;
    }

    private void begin() {
        if (!open) {
            producer.beginTransaction();
            open = true;
            openedAt = System.nanoTime();
        }
    }

    private void commit() throws IOException {
        if (events != null) {
            position =
                    new Position(
                            position.partition(),
                            position.next(),
                            position.last(),
                            events.openSince().orElse(position.next()),
                            position.session());
        }
        follower.makeDurable();
        commitOffsets();
        producer.commitTransaction();
        open = false;
        pace.committed(System.nanoTime() - openedAt);
        counters.add(Counter.TRANSACTIONS, 1);
        counters.add(Counter.BLOCKS, blocks);
        counters.add(Counter.BYTES, bytes);
        counters.add(Counter.EVENTS, sentEvents);
        counters.position(position.next(), latest);
        if (blocks > 0) {
            state.shipped(log, position.next() - 1, position.last(), clock.instant());
        }
        blocks = 0;
        bytes = 0;
        sentEvents = 0;
    }

    private void commitOffsets() {
        producer.sendOffsetsToTransaction(
                Map.of(
                        new TopicPartition(options.blocksTopic(), position.partition()),
                        position.encode()),
                group);
    }

    /** Gives the producer up; what is in an open transaction is as if never sent. */
    @Override
    public void close() {
        counters.connected(false);
        producer.close(open ? Duration.ZERO : Duration.ofSeconds(2));
    }
}
