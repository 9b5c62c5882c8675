package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
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

    private void attachAGuest() {
        try (AuditLog audit = AuditLog.open(AuditOptions.in(Path.of(dir), "test-host"))) {
            AuditSource guests = audit.source("guests", 64 << 10);
            guests.record(CrossingType.PORT_ATTACH, 3, 2, 0x020000000007L, 2, 0, 0, "web");
            guests.record(CrossingType.GUEST_CALL_REFUSED, 3, 101, 9, 1, 1, 0, "=ptrace\u001b[31m");
            guests.record(CrossingType.GUEST_REFUSED, 4, 1, 0, 0, 0, 0, "other");
        }
    }

    @Test
    void queryFindsAGuestsRefusalsInEachForm() throws IOException {
        attachAGuest();
        String[] words = {
            "audit", "query", "--audit-dir", dir, "--guest", "web", "--severity", "medium", "-o"
        };
        CommandRun compact = run(words, "compact");
        assertEquals(0, compact.exitCode(), compact.err());
        assertEquals(1, compact.out().lines().count(), compact.out());
        assertTrue(compact.out().contains("GUEST_CALL_REFUSED port=3 number=101"), compact.out());
        assertEquals("web", JsonTree.parse(run(words, "json").out()).get("port_name").text());
        JsonTree ocsf = JsonTree.parse(run(words, "ocsf").out());
        assertEquals(1003, ocsf.get("class_uid").number());
        assertEquals("test-host", ocsf.get("device").get("hostname").text());
        List<String> csv = run(words, "csv").out().lines().toList();
        assertEquals(2, csv.size(), csv.toString());
        assertTrue(csv.get(0).startsWith("time,time_ns,host,log,"), csv.get(0));
        assertTrue(csv.get(1).endsWith(",\"'=ptrace\\u001b[31m\""), csv.get(1));
    }

    private static CommandRun run(String[] words, String last) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = last;
        return CommandRun.of(all);
    }

    @Test
    void queryTakesAnExpressionAndNamesTheColumnOfAMistake() {
        CommandRun query =
                CommandRun.of(
                        "audit",
                        "query",
                        "--audit-dir",
                        dir,
                        "--where",
                        "type==INTERRUPT and cause>=5 and cause<8");
        assertEquals(3, query.out().lines().count(), query.out());
        CommandRun wrong =
                CommandRun.of("audit", "query", "--audit-dir", dir, "--where", "cause>=5 and");
        assertEquals(2, wrong.exitCode());
        assertTrue(wrong.err().contains("--where, column 13: "), wrong.err());
        for (String[] bad :
                new String[][] {
                    {"--type", "NO_SUCH"},
                    {"--verdict", "NO_SUCH"},
                    {"--severity", "bad"},
                    {"--port", "x"},
                    {"--boundary", "moon"},
                    {"--until", "some day"},
                    {"-o", "xml"}
                }) {
            CommandRun refused =
                    CommandRun.of("audit", "query", "--audit-dir", dir, bad[0], bad[1]);
            assertEquals(2, refused.exitCode(), refused.err());
            assertTrue(refused.err().contains(bad[0]), refused.err());
        }
    }

    @Test
    void queryWithACheckpointGoesOnWhereTheLastOneEnded() {
        String file = parent.resolve("position").toString();
        String[] words = {
            "audit", "query", "--audit-dir", dir, "--guest", "web", "--checkpoint", file
        };
        assertEquals("", CommandRun.of(words).out());
        attachAGuest();
        assertEquals(2, CommandRun.of(words).out().lines().count());
        assertEquals("", CommandRun.of(words).out());
    }

    @Test
    void exportWritesAWholeFileOfItsOwnersAlone() throws IOException {
        Path file = parent.resolve("out.csv");
        String[] words = {
            "audit", "export", "--audit-dir", dir, "-w", file.toString(), "-o", "csv"
        };
        CommandRun export = CommandRun.of(words);
        assertEquals(0, export.exitCode(), export.err());
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.size() > 22, lines.size() + " lines");
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        CommandRun again = CommandRun.of(words);
        assertEquals(2, again.exitCode());
        assertTrue(again.err().contains("--overwrite"), again.err());
    }

    @Test
    void statsCount() throws IOException {
        CommandRun stats = CommandRun.of("audit", "stats", "--audit-dir", dir, "-o", "json");
        assertEquals(0, stats.exitCode(), stats.err());
        JsonTree json = JsonTree.parse(stats.out());
        assertEquals(20, json.get("types").get("INTERRUPT").number());
        assertEquals(1, json.get("sources").get("driver").number());
        CommandRun text = CommandRun.of("audit", "stats", "--audit-dir", dir);
        assertTrue(text.out().contains("INTERRUPT"), text.out());
    }

    @Test
    void fromNamesAnyPlaceOfALog() {
        CommandRun byUri = CommandRun.of("audit", "query", "--from", "file://" + dir);
        assertTrue(byUri.out().lines().count() > 20, byUri.err());
        CommandRun unknown = CommandRun.of("audit", "query", "--from", "carrier-pigeon://coop");
        assertEquals(3, unknown.exitCode(), unknown.err());
        assertTrue(unknown.err().contains("carrier-pigeon"), unknown.err());
        CommandRun nobody = CommandRun.of("audit", "query", "--from", "unix:///no/such/socket");
        assertEquals(3, nobody.exitCode(), nobody.err());
        CommandRun both = CommandRun.of("audit", "query", "--from", dir, "--audit-dir", dir);
        assertEquals(2, both.exitCode(), both.err());
    }
}
