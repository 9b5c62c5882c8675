package org.cofferdam.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends numbered records to a Kafka topic and waits until the broker has all of them.
 *
 * <p>Arguments: the broker as ADDRESS:PORT, the topic, and how many records. Record N has the key N and a value of the
 * words "record N of COUNT".
 */
public final class KafkaSender {
    private KafkaSender() {}

    /** Sends and ends; the last line says how many records the broker has acknowledged. */
    public static void main(String[] args) throws ExecutionException, InterruptedException {
        int count = Integer.parseInt(args[2]);
        Map<String, Object> settings = Map.of("bootstrap.servers", args[0], "acks", "all");
        try (Producer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        args[1], Integer.toString(i), value(i, count))));
            }
            long bytes = 0;
            for (Future<RecordMetadata> one : sent) {
                bytes += one.get().serializedValueSize();
            }
            System.out.println(count + " records acknowledged, values of " + bytes + " bytes");
        }
    }

    private static String value(int number, int count) {
        return "record " + number + " of " + count;
    }
}
