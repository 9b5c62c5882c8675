package org.cofferdam.audit.sign;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.verify.AuditVerifier;
import org.cofferdam.audit.verify.Finding;
import org.cofferdam.audit.verify.Finding.Kind;
import org.cofferdam.audit.verify.SeenElsewhere;
import org.cofferdam.audit.verify.VerifyOptions;
import org.cofferdam.audit.verify.VerifyReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyChangeTest {
    @TempDir Path parent;

    private Path dir() {
        return parent.resolve("log");
    }

    private Path key() {
        return dir().resolve(LogDirectory.KEY_FILE);
    }

    private AuditLog open() {
        return AuditLog.open(AuditOptions.in(dir(), "host"));
    }

    private List<Kind> kinds(VerifyOptions options) {
        return AuditVerifier.verify(dir(), options, (file, index, total) -> {}).findings().stream()
                .map(Finding::kind)
                .toList();
    }

    @Test
    void eachRunHasAKeyOfItsOwnThatTheOneBeforeNamed() throws Exception {
        List<LogKey> keys = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            open().close();
            assertEquals(
                    PosixFilePermissions.fromString("rw-------"),
                    Files.getPosixFilePermissions(key()));
            keys.add(SigningKey.load(key()).shown());
        }
        assertEquals(3, Set.copyOf(keys).size());
        LogKey first = keys.getFirst();
        VerifyOptions pinned = new VerifyOptions(Optional.of(first), new SeenElsewhere());
        VerifyReport report = AuditVerifier.verify(dir(), pinned, (file, index, total) -> {});
        assertEquals(List.of(), report.findings());
        assertEquals(6, report.checkpoints(), "two a run");
        assertEquals(first.name(), report.firstKey());
    }

    @Test
    void aRunningLogTakesANewKeyAndTheOldOneIsGone() throws Exception {
        try (AuditLog log = open()) {
            LogKey before = SigningKey.load(key()).shown();
            log.changeKey();
            log.changeKey();
            assertNotEquals(before, SigningKey.load(key()).shown());
            assertFalse(Files.exists(dir().resolve("signing-key.next")));
        }
        assertEquals(List.of(), kinds(VerifyOptions.none()));
    }

    /** A kill between the file of the next key and the chain's word, and one after that word. */
    @Test
    void aChangeThatWasCutShortIsFinishedOrUndoneByWhatTheChainSays() throws Exception {
        open().close();
        byte[] old = Files.readAllBytes(key());
        open().close();
        byte[] inChain = Files.readAllBytes(key());
        // As if the rename had not happened: the chain names the next key already.
        Files.write(key(), old);
        Path next = dir().resolve("signing-key.next");
        Files.write(next, inChain);
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        open().close();
        assertEquals(List.of(), kinds(VerifyOptions.none()));
        // As if the kill had come before the chain said anything.
        SigningKey.generate().save(next);
        open().close();
        assertEquals(List.of(), kinds(VerifyOptions.none()));
        // Half a file.
        Files.writeString(next, "-----BEGIN");
        open().close();
        assertEquals(List.of(), kinds(VerifyOptions.none()));
    }

    @Test
    void aKeyThatWasLostOrReplacedShows() throws Exception {
        open().close();
        Files.delete(key());
        open().close();
        assertEquals(List.of(Kind.KEY_SWAPPED), kinds(VerifyOptions.none()));
    }

    @Test
    void aKeyThatOthersMayReadIsRefusedInOneSentence() throws Exception {
        open().close();
        Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r-----"));
        AuditLogException e = assertThrows(AuditLogException.class, this::open);
        assertTrue(String.valueOf(e.getMessage()).contains("must have mode 0600"), e::getMessage);
        Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-------"));
        Files.writeString(key(), "no key");
        e = assertThrows(AuditLogException.class, this::open);
        assertTrue(String.valueOf(e.getMessage()).contains("holds no signing key"), e::getMessage);
    }

    @Test
    void thePublicKeyAsPemIsReadBackAndNothingElseIs() throws IOException {
        LogKey key = SigningKey.generate().shown();
        assertEquals(Optional.of(key), LogKey.parsePem(key.pem()));
        assertEquals(Optional.empty(), LogKey.parsePem("-----BEGIN PUBLIC KEY-----\nAAAA\n"));
        assertEquals(Optional.empty(), LogKey.parsePem("rubbish !"));
    }

    @Test
    void idleOrNotWhatWasWrittenIsSignedInTime() throws Exception {
        AuditOptions options =
                AuditOptions.in(dir(), "host").withCheckpoints(Duration.ofMillis(30), 256);
        try (AuditLog log = AuditLog.open(options)) {
            log.source("domain", 1 << 16).record(CrossingType.INTERRUPT, 1, 0, 0);
            await().atMost(Duration.ofSeconds(10))
                    .until(
                            () -> {
                                VerifyReport report =
                                        AuditVerifier.verify(dir(), (file, index, total) -> {});
                                return report.checkpoints() == 2 && report.records() == 7;
                            });
        }
    }
}
