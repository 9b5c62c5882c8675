package org.cofferdam.tests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;

/** A Kafka broker of one node on the far side of the card, as Kafka publishes it, in a process of its own. */
public final class KafkaBroker {
    private static final int PORT = 9092;

    /** Reads a topic from its start and prints key=value for each record, in the topic's order. */
    private static final String READER =
            """
            import java.time.Duration;
            import java.util.*;
            import org.apache.kafka.clients.consumer.*;
            import org.apache.kafka.common.TopicPartition;
            import org.apache.kafka.common.serialization.StringDeserializer;

            void main(String[] args) {
                int left = Integer.parseInt(args[2]);
                var settings = Map.<String, Object>of("bootstrap.servers", args[0]);
                try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
                    var topic = List.of(new TopicPartition(args[1], 0));
                    consumer.assign(topic);
                    consumer.seekToBeginning(topic);
                    long deadline = System.nanoTime() + 30_000_000_000L;
                    while (left > 0 && System.nanoTime() < deadline) {
                        for (var record : consumer.poll(Duration.ofSeconds(1))) {
                            System.out.println(record.key() + "=" + record.value());
                            left--;
                        }
                    }
                }
            }
            """;

    private final RunningPlace place;
    private final GuestJvms jvms;
    private final Path folder;

    /** A broker whose files lie in a folder of the monitor's. */
    public KafkaBroker(RunningPlace place, GuestJvms jvms, String name) {
        this.place = place;
        this.jvms = jvms;
        this.folder = place.monitor().folder().resolve(name);
    }

    /** Where clients reach it. */
    public String address() {
        return NetworkNamespaces.OUTSIDE_IP + ":" + PORT;
    }

    private Command java(String... words) {
        return place.network()
                .in(
                        Namespace.OUTSIDE,
                        GuestJvms.jdk("java"),
                        "-Xmx512m",
                        "-Dlogback.configurationFile="
                                + GuestJvms.source("tests/suites/logback.xml"),
                        "-cp",
                        GuestJvms.jarsOfOthers().substring(1))
                .with(words);
    }

    /** Starts it, with what its folder has; it ends with the guests. */
    public void start() {
        Process broker =
                jvms.start(
                        "kafka",
                        place.network()
                                .in(Namespace.OUTSIDE, GuestJvms.source("ops/kafka"), "run")
                                .with("--dir", folder.toString())
                                .with("--bind", NetworkNamespaces.OUTSIDE_IP));
        assert broker.isAlive();
    }

    /** What a topic has from its start, as key=value; fewer than asked for if no more come within half a minute. */
    public List<String> records(String topic, int count) throws IOException {
        Path reader = folder.resolve("Reader.java");
        Files.writeString(reader, READER);
        return java(reader.toString(), address(), topic, Integer.toString(count))
                .run()
                .orFail()
                .out()
                .lines()
                .filter(l -> l.contains("=record "))
                .toList();
    }
}
