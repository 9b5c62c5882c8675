package org.cofferdam.audit.kafka.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * An event as CloudEvents 1.0 has it, in the binary mode of its Kafka binding: attributes as record headers, the data as
 * the record's value.
 *
 * @param id unique for the source: log identity, run, source and sequence number of the record
 * @param source URI of the log
 * @param type what happened, as a reversed domain name
 * @param subject which part of the host recorded it
 * @param time RFC 3339
 * @param block number of the block that holds the record; an extension attribute
 * @param data OCSF as JSON, UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // written once, compared by nobody
public record CloudEvent(
        String id,
        String source,
        String type,
        String subject,
        String time,
        long block,
        byte[] data) {
    /** What every type begins with. */
    public static final String TYPE_PREFIX = "org.cofferdam.audit.";

    /** The record's headers. */
    public List<Header> headers() {
        List<Header> headers = new ArrayList<>();
        attributes()
                .forEach(
                        (name, value) ->
                                headers.add(
                                        new RecordHeader(
                                                name, value.getBytes(StandardCharsets.UTF_8))));
        return headers;
    }

    private Map<String, String> attributes() {
        return Map.of(
                "ce_specversion",
                "1.0",
                "ce_id",
                id,
                "ce_source",
                source,
                "ce_type",
                type,
                "ce_subject",
                subject,
                "ce_time",
                time,
                "ce_block",
                Long.toUnsignedString(block),
                "content-type",
                "application/json");
    }
}
