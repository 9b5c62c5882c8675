package org.cofferdam.tests.drill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.detect.Alert;
import org.cofferdam.audit.detect.Detection;
import org.cofferdam.audit.detect.Rules;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.LogOrigin;

/** Logs of several hosts under attack, whose blocks go into a topic as they are written; and what was raised of them. */
public final class GroupTraffic {
    private static final int PARTITIONS = 4;

    private GroupTraffic() {}

    /**
     * Does one thing.
     *
     * @param args {@code write BROKER TOPIC FOLDER HOSTS SECONDS SEED}; {@code alerts BROKER TOPIC} prints the identity
     *     of each committed alert
     */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("alerts")) {
            alerts(args[1], args[2]);
        } else {
            write(
                    args[1],
                    args[2],
                    Path.of(args[3]),
                    Integer.parseInt(args[4]),
                    Integer.parseInt(args[5]),
                    Long.parseLong(args[6]));
        }
    }

    private static void write(
            String broker, String topic, Path folder, int hosts, int seconds, long seed)
            throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker))) {
            NewTopic wanted = new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty());
            admin.createTopics(List.of(wanted)).all().get();
        }
        System.out.println("topic made");
        SplittableRandom random = new SplittableRandom(seed);
        List<AuditLog> logs = new ArrayList<>();
        List<AuditSource> sources = new ArrayList<>();
        List<Long> sent = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            Path dir = Files.createDirectories(folder.resolve("host" + host));
            logs.add(AuditLog.open(AuditOptions.in(dir, "host" + host)));
            sources.add(logs.get(host).source("switch", 1 << 16));
            sent.add((long) SegmentLayout.HEADER_BYTES);
        }
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            while (System.nanoTime() < end) {
                for (int host = 0; host < hosts; host++) {
                    AuditSource source = sources.get(host);
                    int port = random.nextInt(2, 60);
                    source.record(CrossingType.QUEUE_REFUSED, port, 0, random.nextInt(8));
                    source.record(CrossingType.FAULT, 13, 0, 0);
                    source.record(
                            CrossingType.GUEST_CALL_REFUSED, port, random.nextInt(300), 1, 1, 1, 0);
                    logs.get(host).sync();
                    sent.set(host, send(producer, topic, folder, host, sent.get(host)));
                }
                LockSupport.parkNanos(100_000_000);
            }
            for (int host = 0; host < hosts; host++) {
                logs.get(host).close();
                sent.set(host, send(producer, topic, folder, host, sent.get(host)));
            }
        }
        System.out.println("all sent");
    }

    private static long send(
            KafkaProducer<byte[], byte[]> producer, String topic, Path folder, int host, long from)
            throws IOException {
        String name = "host" + host;
        long at = from;
        Path file = LogDirectory.segments(folder.resolve(name)).getFirst();
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            while (walker.step(at) instanceof SegmentStep.Block block) {
                // The very bytes that were found sound: the log is being written.
                var _ =
                        producer.send(
                                new ProducerRecord<>(
                                        topic,
                                        name.getBytes(StandardCharsets.UTF_8),
                                        walker.image()));
                at = block.end();
            }
        }
        return at;
    }

    private static void alerts(String broker, String topic) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", broker);
        settings.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    byte[] id = record.headers().lastHeader("ce_id").value();
                    System.out.println(
                            "alert "
                                    + new String(id, StandardCharsets.US_ASCII)
                                    + " "
                                    + new String(record.key(), StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** The identities of the alerts that one detector raises, which reads each log by itself from its files. */
    static List<String> raised(Path folder, int hosts) throws IOException {
        List<String> ids = new ArrayList<>();
        Consumer<Alert> note = alert -> ids.add(alert.id());
        Detection detection = new Detection(Rules.shipped(), note);
        for (int host = 0; host < hosts; host++) {
            Path file = LogDirectory.segments(folder.resolve("host" + host)).getFirst();
            try (SegmentWalker walker = SegmentWalker.open(file)) {
                long at = SegmentLayout.HEADER_BYTES;
                while (walker.step(at) instanceof SegmentStep.Block block) {
                    detection.block(
                            new LogOrigin(
                                    "host" + host,
                                    block.header().logIdHigh(),
                                    block.header().logIdLow(),
                                    ""),
                            block.header(),
                            block.payload());
                    at = block.end();
                }
            }
        }
        return ids;
    }
}
