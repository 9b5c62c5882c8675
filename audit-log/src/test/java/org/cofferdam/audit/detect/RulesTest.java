package org.cofferdam.audit.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.read.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules are data: what a file changes, and what is said of one that is wrong. */
final class RulesTest {
    @TempDir Path folder;

    @Test
    void aFileChangesWhatItNamesAndNothingElse() {
        Rules rules =
                Rules.read(
                        """
                        // ours
                        { "rules": {
                          "port-scan": { "targets": 500, "severity": "low", "allow": ["scanner", 9] },
                          "beaconing": { "enabled": false },
                          "too-many-boots": { "kind": "rate", "types": ["BOOT"], "count": 10, "window": "2h" }
                        } }
                        """,
                        "ours.json");
        Rule scan = rules.named("port-scan").orElseThrow();
        Rule shipped = Rules.shipped().named("port-scan").orElseThrow();
        assertEquals(500, scan.number("targets"));
        assertEquals(shipped.number("hosts"), scan.number("hosts"));
        assertEquals(Severity.LOW, scan.severity());
        assertEquals(Set.of("scanner", "9"), scan.allow());
        assertFalse(rules.named("beaconing").orElseThrow().enabled());
        Rule own = rules.named("too-many-boots").orElseThrow();
        assertEquals(Set.of(CrossingType.BOOT), own.types());
        assertEquals(7200_000_000_000L, own.window());
        assertEquals(Rules.shipped().all().size() + 1, rules.all().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{; line 1",
                "[]; object in braces",
                "{\"rule\": {}}; line 1, column 10: \"rule\" is not known here",
                "{\"rules\": {\"Port\": {}}}; is no name of a rule",
                "{\"rules\": {\"x\": {}}}; has no \"kind\"",
                "{\"rules\": {\"x\": {\"kind\": \"magic\"}}}; no kind of rule \"magic\"",
                "{\"rules\": {\"x\": {\"kind\": \"rate\", \"count\": 1}}}; needs \"types\"",
                "{\"rules\": {\"x\": {\"kind\": \"rate\", \"types\": [\"BOOT\"]}}}; needs \"count\"",
                "{\"rules\": {\"x\": {\"kind\": \"rate\", \"types\": [\"BOAT\"]}}}; type is called BOAT",
                "{\"rules\": {\"port-scan\": {\"kind\": \"rate\"}}}; is of kind scan",
                "{\"rules\": {\"port-scan\": {\"severity\": \"bad\"}}}; no severity",
                "{\"rules\": {\"port-scan\": {\"window\": \"10\"}}}; a time from 1 ms to 31 days",
                "{\"rules\": {\"port-scan\": {\"window\": \"999d\"}}}; a time from 1 ms to 31 days",
                "{\"rules\": {\"port-scan\": {\"targets\": 0}}}; a whole number from 1",
                "{\"rules\": {\"port-scan\": {\"targets\": 1e9}}}; a whole number from 1",
                "{\"rules\": {\"port-scan\": {\"targets\": 99999999999999999999}}}; a whole number from 1",
                "{\"rules\": {\"port-scan\": {\"jitterPercent\": 5}}}; not known in a rule of kind scan",
                "{\"rules\": {\"port-scan\": {\"targets\": 1, \"targets\": 2}}}; Duplicate",
                "{\"rules\": {\"port-scan\": {\"allow\": [{}]}}}; a list",
                "{\"rules\": {}} x; line 1",
                "{\"rules\": {\"crossing-storm\": {\"unless\": {\"offset\": [-1]}}}}; whole numbers only",
                "{\"rules\": {\"crossing-storm\": {\"unless\": {\"colour\": [1]}}}}; has a field colour",
                "{\"rules\": {\"refused-calls\": {\"distinctBy\": \"\"}}}; needs both",
                "{\"rules\": {\"refused-calls\": {\"weight\": \"colour\"}}}; has a field colour"
            })
    void whatIsWrongIsSaidWithLineAndColumn(String text, String said) {
        RulesException e = assertThrows(RulesException.class, () -> Rules.read(text, "ours.json"));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("ours.json, line 1, column "), message);
        assertTrue(message.contains(said), message);
    }

    @Test
    void aFileIsReadAgainWhenItHasChangedAndAWrongOneIsSaidOnce() throws IOException {
        Path file = folder.resolve("rules.json");
        Files.writeString(file, "{\"rules\": {}}");
        RulesFile rules = RulesFile.of(file);
        assertTrue(rules.changed().isEmpty());
        Files.writeString(file, "{\"rules\": {\"port-scan\": {\"targets\": 7}}}");
        assertEquals(
                7,
                rules.changed().orElseThrow().named("port-scan").orElseThrow().number("targets"));
        assertTrue(rules.changed().isEmpty());
        Files.writeString(file, "{\"rules\": ");
        assertThrows(RulesException.class, rules::changed);
        assertTrue(rules.changed().isEmpty());
        Files.delete(file);
        assertTrue(rules.changed().isEmpty());
        Files.writeString(file, "{\"rules\": {}}");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertTrue(rules.changed().isPresent());
    }

    @Test
    void newRulesGoOnWithWhatTheOldOnesCounted() {
        try (DetectedLog log = new DetectedLog(folder.resolve("log"))) {
            log.at(1).record(CrossingType.FAULT, 13).record(CrossingType.FAULT, 13);
            var before = log.blocks();
            log.at(2).record(CrossingType.FAULT, 13);
            var all = log.blocks();
            var alerts = new java.util.ArrayList<Alert>();
            Detection detection = new Detection(Rules.shipped(), alerts::add);
            before.forEach(b -> detection.block(b.origin(), b.header(), b.payload()));
            detection.follow(
                    Rules.read(
                            "{\"rules\": {\"restart-loop\": {\"severity\": \"critical\"}}}",
                            "new"));
            all.subList(before.size(), all.size())
                    .forEach(b -> detection.block(b.origin(), b.header(), b.payload()));
            assertEquals(1, alerts.size());
            assertEquals(Severity.CRITICAL, alerts.getFirst().severity());
        }
    }
}
