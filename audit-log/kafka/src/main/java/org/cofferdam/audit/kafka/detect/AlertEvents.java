package org.cofferdam.audit.kafka.detect;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.cofferdam.audit.detect.Alert;
import org.cofferdam.audit.detect.AlertFormat;

/** Alerts as CloudEvents in Kafka's binary mode: attributes as headers, an OCSF finding as value, the host as key. */
final class AlertEvents {
    private AlertEvents() {}

    static ProducerRecord<byte[], byte[]> of(Alert alert, String topic) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        topic, bytes(alert.origin().host()), bytes(AlertFormat.ocsf(alert)));
        header(record, "ce_specversion", "1.0");
        header(record, "ce_id", alert.id());
        header(record, "ce_source", "/cofferdam/detect/" + alert.rule());
        header(record, "ce_type", "org.cofferdam.audit.alert");
        header(record, "content-type", "application/json");
        return record;
    }

    private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
        record.headers().add(name, bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
