package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.monitor.json.JsonTree;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that read the log, on a log that the real writer wrote. */
final class AuditCommandTest {
    @TempDir Path parent;

    private String dir = "";

    @BeforeEach
    void writeALog() {
        Path log = parent.resolve("audit");
        dir = log.toString();
        try (AuditLog audit = AuditLog.open(AuditOptions.in(log, "test-host"))) {
            AuditSource domain = audit.source("domain", 64 << 10);
            for (int i = 0; i < 20; i++) {
                domain.record(CrossingType.INTERRUPT, i, 0, 0, 0, 0, 0);
            }
            AuditSource driver = audit.source("driver", 64 << 10);
            driver.record(CrossingType.PANIC, 7, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void tailShowsTheLastLines() {
        CommandRun tail =
                CommandRun.of("audit", "tail", "--audit-dir", dir, "-n", "3", "--source", "domain");
        assertEquals(0, tail.exitCode(), tail.err());
        List<String> lines = tail.out().lines().toList();
        assertEquals(3, lines.size(), tail.out());
        assertTrue(lines.getLast().contains("INTERRUPT cause=0x13"), tail.out());
    }

    @Test
    void tailShowsTheWantedTypesAsJson() throws IOException {
        CommandRun tail =
                CommandRun.of("audit", "tail", "--audit-dir", dir, "--type", "PANIC", "-o", "json");
        assertEquals(1, tail.out().lines().count(), tail.out());
        assertEquals("PANIC", JsonTree.parse(tail.out()).get("type").text());
    }

    @Test
    void tailSinceLeavesOutWhatIsOlder() {
        assertTrue(
                CommandRun.of("audit", "tail", "--audit-dir", dir, "--since", "1h")
                                .out()
                                .lines()
                                .count()
                        > 20);
        assertEquals(
                "",
                CommandRun.of("audit", "tail", "--audit-dir", dir, "--since", "2999-01-01").out());
    }

    @Test
    void verifyAcceptsAWholeLog() throws IOException {
        CommandRun verify = CommandRun.of("audit", "verify", "--audit-dir", dir);
        assertEquals(0, verify.exitCode(), verify.out());
        assertTrue(verify.out().contains("0 lost"), verify.out());
        JsonTree json =
                JsonTree.parse(
                        CommandRun.of("audit", "verify", "--audit-dir", dir, "-o", "json").out());
        assertTrue(json.get("ok").flag());
        assertTrue(json.get("records").number() >= 21);
    }

    @Test
    void verifyNamesAFlippedBitAndEndsWithFive() throws IOException {
        Path segment = LogDirectory.segments(Path.of(dir)).getFirst();
        try (FileChannel file =
                FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            long inTheFirstBlock = 256 + 100;
            file.read(one, inTheFirstBlock);
            file.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), inTheFirstBlock);
        }
        CommandRun verify = CommandRun.of("audit", "verify", "--audit-dir", dir);
        assertEquals(5, verify.exitCode(), verify.out());
        assertTrue(verify.out().contains(segment.getFileName().toString()), verify.out());
        assertEquals("", verify.err());
    }
}
