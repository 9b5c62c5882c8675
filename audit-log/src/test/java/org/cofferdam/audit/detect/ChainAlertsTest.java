package org.cofferdam.audit.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.detect.DetectedLog.Block;
import org.cofferdam.audit.read.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the rule for the log itself says of blocks that are not as they were written. */
final class ChainAlertsTest {
    @TempDir Path folder;

    private List<Block> blocks(String name) {
        try (DetectedLog log = new DetectedLog(folder.resolve(name))) {
            for (int second = 1; second < 20; second++) {
                log.at(second).record(CrossingType.BOOT, second, 1);
            }
            return log.blocks();
        }
    }

    private static List<String> texts(List<Block> blocks) {
        return DetectedLog.alerts(Rules.shipped(), blocks).stream().map(Alert::text).toList();
    }

    @Test
    void aWholeLogIsNotSpokenOf() {
        assertEquals(List.of(), texts(blocks("whole")));
    }

    @Test
    void aBlockThatIsMissingOrComesTwiceOrTooLateIsNamed() {
        List<Block> gap = new ArrayList<>(blocks("gap"));
        long missing = gap.remove(8).header().number();
        assertTrue(
                texts(gap).getFirst().contains("blocks " + missing + " to " + missing),
                () -> texts(gap).toString());
        assertEquals(1, texts(gap).size());

        List<Block> twice = new ArrayList<>(blocks("twice"));
        twice.add(9, twice.get(8));
        assertTrue(texts(twice).getFirst().contains("came twice"));

        List<Block> swapped = new ArrayList<>(blocks("swapped"));
        Collections.swap(swapped, 7, 8);
        assertTrue(
                texts(swapped).stream().anyMatch(t -> t.contains("came behind block")),
                () -> texts(swapped).toString());
    }

    @Test
    void aBlockOfAnotherHistoryDoesNotFollow() {
        List<Block> mixed = new ArrayList<>(blocks("one"));
        Block other = blocks("other").get(8);
        Block own = mixed.get(8);
        assertEquals(own.header().number(), other.header().number());
        mixed.set(8, new Block(own.origin(), other.header(), other.payload()));
        assertTrue(
                texts(mixed).stream().anyMatch(t -> t.contains("does not follow")),
                () -> texts(mixed).toString());
    }

    @Test
    void damageThatAFeedSawIsAnAlert() {
        List<Alert> alerts = new ArrayList<>();
        Detection detection = new Detection(Rules.shipped(), alerts::add);
        Block first = blocks("damaged").getFirst();
        detection.block(first.origin(), first.header(), first.payload());
        detection.damage("audit-00000001.cfl, bytes 5 to 9: no block");
        assertEquals(1, alerts.size());
        assertEquals(Severity.CRITICAL, alerts.getFirst().severity());
        assertEquals(first.origin(), alerts.getFirst().origin());
    }

    @Test
    void blocksThatWerePassedOverOnPurposeAreNot() {
        List<Block> blocks = blocks("passed");
        List<Alert> alerts = new ArrayList<>();
        Detection detection = new Detection(Rules.shipped(), alerts::add);
        for (int i = 0; i < blocks.size(); i++) {
            if (i == 5) {
                detection.skipped(1, 1);
            } else {
                Block b = blocks.get(i);
                detection.block(b.origin(), b.header(), b.payload());
            }
        }
        assertEquals(List.of(), alerts);
    }

    @Test
    void checkpointsThatDoNotComeAreMissed() {
        List<Alert> alerts = new ArrayList<>();
        Rules rules =
                Rules.read(
                        "{\"rules\": {\"log-chain\": {\"checkpointOverdue\": \"30s\"}}}", "test");
        Detection detection = new Detection(rules, alerts::add);
        try (DetectedLog log = new DetectedLog(folder.resolve("signed"))) {
            log.at(1).record(CrossingType.BOOT, 1, 1);
            log.at(25).record(CrossingType.BOOT, 1, 1);
            List<Block> before = log.blocks();
            before.forEach(b -> detection.block(b.origin(), b.header(), b.payload()));
            assertEquals(List.of(), alerts);
            // The writer signs by the machine's time, of which nothing has passed.
            log.at(60).record(CrossingType.BOOT, 1, 1);
            List<Block> all = log.blocks();
            all.subList(before.size(), all.size())
                    .forEach(b -> detection.block(b.origin(), b.header(), b.payload()));
            assertEquals(1, alerts.size());
            assertTrue(alerts.getFirst().text().contains("no checkpoint"));
        }
    }
}
