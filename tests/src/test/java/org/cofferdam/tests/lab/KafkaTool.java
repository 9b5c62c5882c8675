package org.cofferdam.tests.lab;

import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.BlockFeed;
import org.cofferdam.audit.read.BlockFeedProvider;
import org.cofferdam.audit.read.LogOrigin;

/** What tests do with a broker from inside its network, in a process of its own. */
public final class KafkaTool {
    private KafkaTool() {}

    /**
     * Does one thing.
     *
     * @param args {@code topic BROKER NAME KEY=VALUE...} makes a topic; {@code rubbish BROKER TOPIC KEY} puts records
     *     into it that are no blocks; {@code feed ADDRESS} prints what comes out of it
     */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "topic" -> topic(args[1], args[2], Arrays.asList(args).subList(3, args.length));
            case "rubbish" -> rubbish(args[1], args[2], args[3]);
            case "feed" -> feed(args[1]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void topic(String broker, String name, List<String> settings) throws Exception {
        Map<String, String> configs =
                settings.stream()
                        .map(s -> s.split("=", 2))
                        .collect(Collectors.toMap(s -> s[0], s -> s[1]));
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker))) {
            admin.createTopics(
                            List.of(
                                    new NewTopic(name, Optional.of(1), Optional.empty())
                                            .configs(configs)))
                    .all()
                    .get();
        }
    }

    private static void rubbish(String broker, String topic, String key) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (byte[] value :
                    new byte[][] {
                        new byte[0],
                        "COFBLOCK".getBytes(StandardCharsets.US_ASCII),
                        new byte[256],
                        new byte[(1 << 20) - 512]
                    }) {
                producer.send(
                                new ProducerRecord<>(
                                        topic, key.getBytes(StandardCharsets.UTF_8), value))
                        .get();
            }
            producer.send(new ProducerRecord<>(topic, null, new byte[300])).get();
        }
    }

    private static void feed(String address) throws Exception {
        BlockFeedProvider kafka =
                ServiceLoader.load(BlockFeedProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(p -> p.scheme().equals("kafka"))
                        .findFirst()
                        .orElseThrow();
        BlockFeed.Sink sink =
                new BlockFeed.Sink() {
                    @Override
                    public void block(LogOrigin origin, BlockHeader header, MemorySegment payload) {
                        System.out.println(
                                "block "
                                        + origin.host()
                                        + " "
                                        + header.number()
                                        + " "
                                        + payload.byteSize());
                    }

                    @Override
                    public void damage(String sentence) {
                        System.out.println("damage " + sentence);
                    }
                };
        try (BlockFeed feed =
                kafka.open(
                        URI.create(address),
                        Map.of(),
                        Optional.empty(),
                        false,
                        BlockFeed.BlockInterest.everything())) {
            boolean more = true;
            while (more) {
                more = feed.next(sink, Duration.ofSeconds(1));
            }
        }
        System.out.println("end");
    }
}
