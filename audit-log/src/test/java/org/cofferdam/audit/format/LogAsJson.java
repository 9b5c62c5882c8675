package org.cofferdam.audit.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.read.Burst;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.RecordParser;

/** All that our own reader finds in a log, in the shape that tests/format/check_format.py prints. */
final class LogAsJson {
    private final StringWriter text = new StringWriter();
    private final JsonGenerator out;
    private final RecordParser parser = new RecordParser();
    private long blocks;
    private long records;

    private LogAsJson() throws IOException {
        out = new JsonFactory().createGenerator(text);
    }

    static String of(Path directory) throws IOException {
        LogAsJson json = new LogAsJson();
        json.log(LogDirectory.segments(directory));
        return json.text.toString();
    }

    private void log(List<Path> segments) throws IOException {
        out.writeStartObject();
        out.writeArrayFieldStart("segments");
        for (Path segment : segments) {
            segment(segment);
        }
        out.writeEndArray();
        out.writeNumberField("blocks", blocks);
        out.writeNumberField("records", records);
        out.writeNumberField("lost", 0);
        out.writeArrayFieldStart("findings");
        out.writeEndArray();
        out.writeEndObject();
        out.close();
    }

    private void segment(Path file) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            SegmentHeader h = walker.header().orElseThrow();
            out.writeStartObject();
            out.writeStringField("file", String.valueOf(file.getFileName()));
            out.writeNumberField("number", h.number());
            out.writeNumberField("run", h.run());
            out.writeNumberField("first_block", h.firstBlock());
            out.writeNumberField("start", h.startNanos());
            out.writeNumberField("allocated", h.allocated());
            out.writeStringField("previous", h.previous().hex());
            byte[] id = new byte[16];
            Bytes.u64(MemorySegment.ofArray(id), 0, h.logIdHigh());
            Bytes.u64(MemorySegment.ofArray(id), 8, h.logIdLow());
            out.writeStringField("log", HexFormat.of().formatHex(id));
            out.writeStringField("host", h.host());
            out.writeStringField("hash", h.hash().hex());
            out.writeArrayFieldStart("blocks");
            long offset = SegmentLayout.HEADER_BYTES;
            while (walker.step(offset) instanceof SegmentStep.Block block) {
                block(block);
                offset = block.end();
            }
            out.writeEndArray();
            out.writeEndObject();
        }
    }

    private void block(SegmentStep.Block block) throws IOException {
        BlockHeader b = block.header();
        blocks++;
        out.writeStartObject();
        out.writeNumberField("number", b.number());
        out.writeNumberField("run", b.run());
        out.writeNumberField("flags", b.flags());
        out.writeNumberField("payload_bytes", b.payloadBytes());
        out.writeArrayFieldStart("records");
        String wrong =
                parser.parse(
                                b,
                                block.payload(),
                                (crossing, at) -> {
                                    try {
                                        record(crossing);
                                    } catch (IOException e) {
                                        throw new IllegalStateException(e);
                                    }
                                })
                        .orElse("");
        if (!wrong.isEmpty()) {
            throw new IOException(wrong);
        }
        out.writeEndArray();
        out.writeNumberField("earliest", b.earliest());
        out.writeNumberField("latest", b.latest());
        out.writeNumberField("crc", b.payloadCrc());
        out.writeStringField("previous", b.previous().hex());
        out.writeStringField("merkle_root", b.merkleRoot().hex());
        byte[] summary = new byte[56];
        b.summary().put(MemorySegment.ofArray(summary), 0);
        out.writeStringField("summary", HexFormat.of().formatHex(summary));
        out.writeStringField("hash", b.hash().hex());
        out.writeEndObject();
    }

    private void record(Crossing c) throws IOException {
        records++;
        out.writeStartObject();
        out.writeNumberField("type", c.code());
        out.writeNumberField("source", c.source());
        out.writeNumberField("sequence", c.sequence());
        out.writeNumberField("count", c.count());
        out.writeNumberField("time", c.time());
        out.writeNumberField("last", c.lastTime());
        out.writeArrayFieldStart("fields");
        for (int i = 0; i < c.fieldCount(); i++) {
            out.writeNumber(new BigInteger(Long.toUnsignedString(c.field(i))));
        }
        out.writeEndArray();
        if (!c.text().isEmpty()) {
            out.writeStringField("text", c.text());
        }
        if (c.burst().isPresent()) {
            burst(c.burst().orElseThrow());
        }
        out.writeEndObject();
    }

    private void burst(Burst burst) throws IOException {
        out.writeObjectFieldStart("burst");
        out.writeNumberField("port", burst.port());
        out.writeNumberField("queue", burst.queue());
        out.writeNumberField("bytes", burst.bytes());
        out.writeArrayFieldStart("lengths");
        for (int i = 0; i < burst.packets(); i++) {
            out.writeNumber(burst.length(i));
        }
        out.writeEndArray();
        out.writeArrayFieldStart("verdicts");
        for (int i = 0; i < burst.packets(); i++) {
            out.writeNumber(burst.verdict(i));
        }
        out.writeEndArray();
        out.writeEndObject();
    }
}
