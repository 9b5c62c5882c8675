package org.cofferdam.audit.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.SecondReader.Answer;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatVectorsTest {
    private static final Path VECTORS = Path.of("src", "test", "resources", "vectors");

    @TempDir Path parent;

    /** Every token of a text, one a line, so that a difference is found by its line. */
    private static List<String> tokens(String json) throws IOException {
        List<String> tokens = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                tokens.add(parser.getText());
            }
        }
        return tokens;
    }

    private static void assertSame(String expected, String found) throws IOException {
        assertEquals(String.join("\n", tokens(expected)), String.join("\n", tokens(found)));
    }

    private static VerifyReport verify(Path directory) {
        return AuditVerifier.verify(directory, (file, index, total) -> {});
    }

    @Test
    void ourReaderFindsInTheVectorsWhatIsExpected() throws Exception {
        Path log = VECTORS.resolve("log");
        assertSame(Files.readString(VECTORS.resolve("expected.json")), LogAsJson.of(log));
        VerifyReport report = verify(log);
        assertTrue(report.ok(), report::toString);
        assertEquals(4, report.checkpoints());
    }

    @Test
    void theSecondReaderFindsInTheVectorsWhatIsExpected() throws Exception {
        Answer answer = SecondReader.read(VECTORS.resolve("log"), "--json");
        assertEquals(0, answer.code(), answer.errors());
        assertSame(Files.readString(VECTORS.resolve("expected.json")), answer.out());
    }

    @Test
    void bothReadersFindTheSameInAFreshLogOfSeveralSegments() throws Exception {
        Path directory = parent.resolve("log");
        writeSegments(directory);
        assertTrue(LogDirectory.segments(directory).size() >= 4);
        VerifyReport report = verify(directory);
        assertTrue(report.ok(), report::toString);
        Answer answer = SecondReader.read(directory, "--json");
        assertEquals(0, answer.code(), answer.errors());
        assertSame(LogAsJson.of(directory), answer.out());
        assertEquals(
                "OK: "
                        + report.records()
                        + " records, 0 lost, "
                        + report.blocks()
                        + " blocks in "
                        + report.segments()
                        + " segments\n",
                SecondReader.read(directory).out());
    }

    /** Two runs; full blocks of records with fields and of bursts, so that segments are changed in the middle. */
    private static void writeSegments(Path directory) {
        AuditOptions options =
                AuditOptions.in(directory, "host").withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES);
        Random random = new Random(20261127);
        int[] lengths = new int[256];
        byte[] verdicts = new byte[256];
        for (int run = 0; run < 2; run++) {
            try (AuditLog log = AuditLog.open(options)) {
                AuditSource source = log.source("switch", 1 << 20);
                AuditSource domain = log.source("domain", 1 << 20);
                for (int i = 0; i < 1500; i++) {
                    int packets = random.nextInt(lengths.length);
                    boolean alike = random.nextBoolean();
                    for (int k = 0; k < packets; k++) {
                        lengths[k] = alike ? 60 : random.nextInt(1600);
                        verdicts[k] = (byte) (alike ? 0 : random.nextInt(12));
                    }
                    CrossingType type =
                            random.nextBoolean() ? CrossingType.BURST_IN : CrossingType.BURST_OUT;
                    while (!source.tryBurst(
                            type, random.nextInt(300), 0, packets, lengths, verdicts)) {
                        Thread.onSpinWait();
                    }
                    domain.record(
                            CrossingType.QUEUE_REFUSED, random.nextInt(9), i, i, 1, 0, 0, "text");
                }
            }
        }
    }

    @Test
    void bothReadersRefuseEveryChangedByte() throws Exception {
        List<Path> files = LogDirectory.segments(VECTORS.resolve("log"));
        List<Path> logs = new ArrayList<>();
        Random random = new Random(20261128);
        // The headers of each file's beginning at every second byte, and anything anywhere.
        for (int round = 0; round < 512; round++) {
            Path directory = Files.createDirectory(parent.resolve("log-" + round));
            int hit = round % files.size();
            for (int i = 0; i < files.size(); i++) {
                byte[] bytes = Files.readAllBytes(files.get(i));
                if (i == hit) {
                    int at = round < 256 ? 2 * round : random.nextInt(bytes.length);
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(directory.resolve(String.valueOf(files.get(i).getFileName())), bytes);
            }
            assertFalse(verify(directory).ok(), directory::toString);
            logs.add(directory);
        }
        List<String> said = SecondReader.read(logs).out().lines().toList();
        assertEquals(logs.size(), said.size());
        for (int i = 0; i < logs.size(); i++) {
            assertTrue(said.get(i).startsWith(logs.get(i) + ": DAMAGED"), said.get(i));
        }
    }
}
