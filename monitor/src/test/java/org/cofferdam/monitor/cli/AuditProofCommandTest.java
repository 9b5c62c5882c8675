package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditProofCommandTest {
    @TempDir Path parent;

    private String dir = "";

    @BeforeEach
    void writeLog() {
        dir = write(parent.resolve("audit"));
    }

    private static String write(Path log) {
        for (int run = 0; run < 2; run++) {
            try (AuditLog audit = AuditLog.open(AuditOptions.in(log, "host7"))) {
                AuditSource guests = audit.source("guests", 64 << 10);
                for (int i = 0; i < 20; i++) {
                    guests.record(CrossingType.GUEST_REFUSED, 3, i, 0, 0, 0, 0, "no. " + i);
                }
            }
        }
        return log.toString();
    }

    private Path save(String name, String text) throws IOException {
        return Files.writeString(parent.resolve(name), text);
    }

    @Test
    void aRecordIsProvedAndItsProofCheckedWithTheLogsKeyAlone() throws IOException {
        CommandRun key = CommandRun.of("audit", "key", "--audit-dir", dir);
        assertTrue(key.out().startsWith("-----BEGIN PUBLIC KEY-----\n"), key::out);
        String pem = save("host7.pem", key.out()).toString();
        String proof = parent.resolve("proof.json").toString();
        CommandRun prove =
                CommandRun.of("audit", "prove", "2/guests/17", "-w", proof, "--audit-dir", dir);
        assertEquals(0, prove.exitCode(), prove::err);
        assertTrue(
                prove.err().contains("record 2/guests/17 of host host7 is proved in"), prove::err);

        CommandRun check = CommandRun.of("audit", "check-proof", proof, "--key", pem);
        assertEquals(0, check.exitCode(), check::err);
        assertTrue(check.out().startsWith("HOLDS: "), check::out);
        assertTrue(check.out().contains("no. 17"), check::out);
        CommandRun json = CommandRun.of("audit", "check-proof", proof, "-o", "json");
        assertTrue(json.out().contains("\"holds\":true"), json::out);
        assertTrue(json.out().contains("\"keyGiven\":false"), json::out);

        String other = write(parent.resolve("other"));
        String foreign =
                save("other.pem", CommandRun.of("audit", "key", "--audit-dir", other).out())
                        .toString();
        CommandRun wrong = CommandRun.of("audit", "check-proof", proof, "--key", foreign);
        assertEquals(5, wrong.exitCode());
        assertTrue(wrong.out().startsWith("DOES NOT HOLD: none of its keys is "), wrong::out);
    }

    @Test
    void verifyTellsALogThatWasPutInItsPlaceAndOneThatLostItsEnd() throws IOException {
        String pem =
                save("host7.pem", CommandRun.of("audit", "key", "--audit-dir", dir).out())
                        .toString();
        CommandRun sound = CommandRun.of("audit", "verify", "--audit-dir", dir, "--key", pem);
        assertEquals(0, sound.exitCode(), sound::out);
        assertTrue(sound.out().contains("by 4 checkpoints"), sound::out);

        String other = write(parent.resolve("other"));
        CommandRun swapped = CommandRun.of("audit", "verify", "--audit-dir", other, "--key", pem);
        assertEquals(5, swapped.exitCode());
        assertTrue(swapped.out().contains("KEY_SWAPPED"), swapped::out);

        Path copy = Files.createDirectory(parent.resolve("copy"));
        for (Path file : LogDirectory.segments(Path.of(dir))) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        Files.delete(LogDirectory.segments(Path.of(dir)).getLast());
        assertEquals(0, CommandRun.of("audit", "verify", "--audit-dir", dir).exitCode());
        CommandRun cut =
                CommandRun.of("audit", "verify", "--audit-dir", dir, "--against", copy.toString());
        assertEquals(5, cut.exitCode(), cut::out);
        assertTrue(cut.out().contains("CUT_OFF"), cut::out);
    }

    @Test
    void whatMakesNoSenseIsAnsweredInOneSentence() throws IOException {
        CommandRun name = CommandRun.of("audit", "prove", "guests/17", "--audit-dir", dir);
        assertEquals(2, name.exitCode());
        assertTrue(name.err().contains("names no record; write RUN/SOURCE/SEQUENCE"), name::err);
        CommandRun none = CommandRun.of("audit", "prove", "2/guests/99", "--audit-dir", dir);
        assertEquals(5, none.exitCode());
        assertTrue(none.err().contains("holds no sound record 2/guests/99"), none::err);
        String rubbish = save("rubbish", "{}").toString();
        CommandRun proof = CommandRun.of("audit", "check-proof", rubbish);
        assertEquals(5, proof.exitCode());
        assertTrue(proof.err().contains("is no proof"), proof::err);
        CommandRun key = CommandRun.of("audit", "verify", "--audit-dir", dir, "--key", rubbish);
        assertEquals(2, key.exitCode());
        assertTrue(key.err().contains("holds no Ed25519 public key"), key::err);
        CommandRun against =
                CommandRun.of("audit", "verify", "--audit-dir", dir, "--against", "ftp://x/y");
        assertEquals(2, against.exitCode());
        assertTrue(against.err().contains("nothing here reads ftp://"), against::err);
        CommandRun change =
                CommandRun.of(
                        "audit", "key", "--change", "--run-dir", parent.resolve("no").toString());
        assertEquals(3, change.exitCode(), change::err);
    }
}
