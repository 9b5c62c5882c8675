package org.cofferdam.audit.kafka.detect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.cofferdam.audit.detect.Alert;
import org.cofferdam.audit.detect.Detection;
import org.cofferdam.audit.detect.Rules;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.read.LogOrigin;

/**
 * A partition's detection: the logs whose blocks are in it, and how they are saved.
 *
 * <pre>
 *  key    16 bytes: a log's identity                   empty: the partition itself
 *  value  u16 length of the host's name, name, state   u64 offset of the next block
 * </pre>
 *
 * <p>Numbers are big-endian. The offset is written in the transaction of the states, so both are of one moment.
 */
final class PartitionMemory {
    private static final int MOST_NAME = 255;
    private static final int LARGEST_BLOCK =
            BlockLayout.HEADER_BYTES + BlockLayout.READABLE_PAYLOAD;

    private record LogId(long high, long low) {}

    private final int partition;
    private final String place;
    private final Detection detection;
    private final List<Alert> raised = new ArrayList<>();
    private final Map<LogId, LogOrigin> touched = new LinkedHashMap<>();
    private long next = -1;

    PartitionMemory(int partition, String place, Rules rules, Consumer<Alert> alerts) {
        this.partition = partition;
        this.place = place;
        this.detection =
                new Detection(
                        rules,
                        alert -> {
                            raised.add(alert);
                            alerts.accept(alert);
                        });
    }

    void follow(Rules rules) {
        detection.follow(rules);
    }

    /** The offset to go on from, or -1 if nothing was saved. */
    long next() {
        return next;
    }

    /** Whether there is something to save. */
    boolean isDirty() {
        return next >= 0 && (!touched.isEmpty() || !raised.isEmpty());
    }

    /** A record of the topic of blocks. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        next = record.offset() + 1;
        byte[] key = record.key();
        byte[] value = record.value();
        String where =
                record.topic()
                        + ", partition "
                        + record.partition()
                        + ", offset "
                        + record.offset();
        if (key == null
                || key.length > MOST_NAME
                || value == null
                || value.length > LARGEST_BLOCK) {
            detection.damage(where + ": no block of a host");
            return;
        }
        BlockImage block = BlockImage.check(value).orElse(null);
        if (block == null) {
            detection.damage(where + ": no sound block");
            return;
        }
        long high = block.header().logIdHigh();
        long low = block.header().logIdLow();
        LogOrigin origin = new LogOrigin(new String(key, StandardCharsets.UTF_8), high, low, place);
        touched.put(new LogId(high, low), origin);
        detection.block(origin, block.header(), block.payload());
    }

    /** A record of the topic of states; the last of each key counts. */
    void restore(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        byte[] value = record.value();
        if (key == null || value == null) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(value);
        if (key.length == 0 && value.length == Long.BYTES) {
            next = Math.max(0, in.getLong());
        } else if (key.length == 16 && value.length >= 2) {
            ByteBuffer id = ByteBuffer.wrap(key);
            int length = in.getShort() & 0xffff;
            if (length > Math.min(MOST_NAME, in.remaining())) {
                return;
            }
            byte[] host = new byte[length];
            byte[] state = new byte[in.remaining() - length];
            in.get(host).get(state);
            LogOrigin origin =
                    new LogOrigin(
                            new String(host, StandardCharsets.UTF_8),
                            id.getLong(),
                            id.getLong(),
                            place);
            try {
                detection.restore(origin, state);
            } catch (IOException none) {
                // Another version's, or somebody's joke: the log begins anew, which costs its
                // memory alone.
                detection.forget(origin);
            }
        }
    }

    /** What to write in the next transaction. */
    List<ProducerRecord<byte[], byte[]>> saved(GroupTopics topics) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        raised.forEach(alert -> records.add(AlertEvents.of(alert, topics.alerts())));
        touched.forEach(
                (id, origin) -> {
                    byte[] host = origin.host().getBytes(StandardCharsets.UTF_8);
                    byte[] state = detection.save(origin);
                    ByteBuffer value = ByteBuffer.allocate(2 + host.length + state.length);
                    value.putShort((short) host.length).put(host).put(state);
                    byte[] key = ByteBuffer.allocate(16).putLong(id.high).putLong(id.low).array();
                    records.add(
                            new ProducerRecord<>(topics.state(), partition, key, value.array()));
                });
        byte[] offset = ByteBuffer.allocate(Long.BYTES).putLong(next).array();
        records.add(new ProducerRecord<>(topics.state(), partition, new byte[0], offset));
        return records;
    }

    /** It was committed. */
    void committed() {
        raised.clear();
        touched.clear();
    }
}
