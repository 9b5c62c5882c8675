package org.cofferdam.audit.kafka.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShipMainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... words) {
        out.reset();
        err.reset();
        return ShipMain.run(
                words,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void wrongWordsAreOneSentenceThatNamesThemAndExitCodeTwo() {
        for (List<String> words :
                List.of(
                        List.<String>of(),
                        List.of("--to"),
                        List.of("--to", "localhost:9092"),
                        List.of("--to", "kafka://a:1/t?host=x"),
                        List.of("--to", "kafka://a:1", "--partitions", "0"),
                        List.of("--to", "kafka://a:1", "--replication", "many"),
                        List.of("--to", "kafka://a:1", "--events-topic", "a b"),
                        List.of("--to", "kafka://a:1/x", "--events-topic", "x"),
                        List.of("--to", "kafka://a:1", "--kafka-config", "/nowhere/at/all"),
                        List.of("--to", "kafka://a:1", "--nonsense"))) {
            assertEquals(2, run(words.toArray(new String[0])), words.toString());
            String said = err.toString(StandardCharsets.UTF_8);
            assertTrue(said.startsWith("shipper: "), said);
            assertEquals(1, said.lines().count(), said);
            assertEquals("", out.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void helpHasExamplesAndExitCodes() {
        assertEquals(0, run("--help"));
        String help = out.toString(StandardCharsets.UTF_8);
        assertTrue(help.contains("Examples:") && help.contains("Exit codes:"), help);
    }
}
