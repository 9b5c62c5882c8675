package org.cofferdam.audit.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.Writer;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.sign.Checkpoint;
import org.cofferdam.audit.sign.KeyStatement;
import org.cofferdam.audit.sign.LogKey;

/** Writes and reads a proof as JSON; all bytes are hexadecimal, in the order of the log's format. */
public final class ProofFile {
    private static final String KIND = "cofferdam audit proof 1";

    /** Headers of the greatest distance between checkpoints, twice over. */
    private static final int MOST_HEADERS = 1 << 17;

    private static final int MOST_KEYS = 100_000;
    private static final int MOST_PATH = 16;
    private static final long MOST_BYTES = 128L << 20;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxStringLength(2 * RecordLayout.MAX_BYTES)
                                    .maxNestingDepth(4)
                                    .build())
                    .build();

    private ProofFile() {}

    /** Writes the proof. */
    public static void write(RecordProof proof, Writer to) throws IOException {
        HexFormat hex = HexFormat.of();
        try (JsonGenerator out = JSON.createGenerator(to)) {
            out.useDefaultPrettyPrinter();
            out.writeStartObject();
            out.writeStringField("kind", KIND);
            out.writeStringField("host", proof.host());
            out.writeStringField("source", proof.source());
            out.writeStringField("record", hex.formatHex(proof.record()));
            out.writeNumberField("index", proof.index());
            out.writeArrayFieldStart("path");
            for (BlockHash step : proof.path()) {
                out.writeString(step.hex());
            }
            out.writeEndArray();
            out.writeArrayFieldStart("headers");
            for (byte[] header : proof.headers()) {
                out.writeString(hex.formatHex(header));
            }
            out.writeEndArray();
            Checkpoint c = proof.checkpoint();
            out.writeStringField("log", words(c.logIdHigh(), c.logIdLow()));
            out.writeNumberField("checkpoint_block", c.block());
            out.writeStringField("checkpoint_hash", c.hash().hex());
            out.writeStringField("checkpoint_key", words(c.key()));
            out.writeStringField("checkpoint_signature", words(c.signature()));
            out.writeArrayFieldStart("keys");
            for (KeyStatement k : proof.keys()) {
                LogKey key = k.key();
                out.writeString(
                        words(key.w0(), key.w1(), key.w2(), key.w3())
                                + words(k.signer())
                                + words(k.signature()));
            }
            out.writeEndArray();
            out.writeEndObject();
            out.writeRaw('\n');
        }
    }

    /**
     * Reads a proof, whoever wrote it.
     *
     * @throws IOException with one sentence if the file cannot be read or is no proof
     */
    public static RecordProof read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + " is longer than any proof");
        }
        try (JsonParser in = JSON.createParser(file.toFile())) {
            return new Reading(in).proof();
        } catch (JsonParseException | IllegalArgumentException e) {
            throw new IOException(file + " is no proof: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static String words(long... words) {
        byte[] bytes = new byte[words.length * Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            Bytes.u64(MemorySegment.ofArray(bytes), (long) i * Long.BYTES, words[i]);
        }
        return HexFormat.of().formatHex(bytes);
    }

    private static long[] words(String hex, int count) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        if (bytes.length != count * Long.BYTES) {
            throw new IllegalArgumentException("a value has " + bytes.length + " bytes");
        }
        long[] words = new long[count];
        for (int i = 0; i < count; i++) {
            words[i] = Bytes.u64(MemorySegment.ofArray(bytes), (long) i * Long.BYTES);
        }
        return words;
    }

    /** One pass over the fields, each at most once used. */
    private static final class Reading {
        private final JsonParser in;
        private String kind = "";
        private String host = "";
        private String source = "";
        private byte[] record = {};
        private int index = -1;
        private List<String> path = List.of();
        private List<String> headers = List.of();
        private List<String> keys = List.of();
        private String log = "";
        private long block = -1;
        private String hash = "";
        private String key = "";
        private String signature = "";

        Reading(JsonParser in) {
            this.in = in;
        }

        RecordProof proof() throws IOException {
            require(in.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                field(name);
            }
            require(kind.equals(KIND), "it does not say that it is one");
            require(record.length >= RecordLayout.HEADER_BYTES, "it holds no record");
            require(record.length <= RecordLayout.MAX_BYTES, "its record is too long");
            require(!headers.isEmpty(), "it holds no block's header");
            long[] identity = words(log, 2);
            return new RecordProof(
                    host,
                    source,
                    record,
                    index,
                    path.stream().map(Reading::hash).toList(),
                    headers.stream().map(Reading::header).toList(),
                    new Checkpoint(
                            identity[0],
                            identity[1],
                            block,
                            hash(hash),
                            words(key, 1)[0],
                            words(signature, LogKey.SIGNATURE_WORDS)),
                    keys.stream().map(Reading::statement).toList());
        }

        private void field(String name) throws IOException {
            switch (name) {
                case "kind" -> kind = in.getText();
                case "host" -> host = in.getText();
                case "source" -> source = in.getText();
                case "record" -> record = HexFormat.of().parseHex(in.getText());
                case "index" -> index = in.getIntValue();
                case "path" -> path = texts(MOST_PATH);
                case "headers" -> headers = texts(MOST_HEADERS);
                case "keys" -> keys = texts(MOST_KEYS);
                case "log" -> log = in.getText();
                case "checkpoint_block" -> block = in.getLongValue();
                case "checkpoint_hash" -> hash = in.getText();
                case "checkpoint_key" -> key = in.getText();
                case "checkpoint_signature" -> signature = in.getText();
                default -> in.skipChildren();
            }
        }

        private List<String> texts(int most) throws IOException {
            require(in.currentToken() == JsonToken.START_ARRAY, "a list is missing");
            List<String> texts = new ArrayList<>();
            while (in.nextToken() == JsonToken.VALUE_STRING) {
                require(texts.size() < most, "a list is too long");
                texts.add(in.getText());
            }
            require(in.currentToken() == JsonToken.END_ARRAY, "a list holds more than texts");
            return texts;
        }

        private static BlockHash hash(String hex) {
            return BlockHash.parse(hex)
                    .orElseThrow(() -> new IllegalArgumentException("a hash is none"));
        }

        private static byte[] header(String hex) {
            byte[] header = HexFormat.of().parseHex(hex);
            require(header.length == BlockLayout.HEADER_BYTES, "a header has not 256 bytes");
            return header;
        }

        private static KeyStatement statement(String hex) {
            long[] w = words(hex, 5 + LogKey.SIGNATURE_WORDS);
            return new KeyStatement(
                    new LogKey(w[0], w[1], w[2], w[3]), w[4], Arrays.copyOfRange(w, 5, w.length));
        }

        private static void require(boolean holds, String sentence) {
            if (!holds) {
                throw new IllegalArgumentException(sentence);
            }
        }
    }
}
