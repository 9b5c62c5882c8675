package org.cofferdam.monitor.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunDirectoryTest {
    @TempDir Path parent;

    @Test
    void itIsMadeForItsOwnerAlone() throws IOException {
        Path dir = parent.resolve("run");
        try (RunDirectory run = RunDirectory.claim(dir, line -> {})) {
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(run.path())));
            assertEquals(Optional.of(ProcessMark.self()), RunDirectory.mark(dir));
            assertFalse(run.cleanup().wasNeeded());
        }
        assertEquals(Optional.empty(), RunDirectory.mark(dir));
    }

    @Test
    void itCanBeTakenAgainAfterItWasGivenBack() {
        Path dir = parent.resolve("run");
        RunDirectory.claim(dir, line -> {}).close();
        try (RunDirectory again = RunDirectory.claim(dir, line -> {})) {
            assertFalse(again.cleanup().wasNeeded());
        }
    }

    @Test
    void aFailedClaimLeavesTheHolderItsLock() {
        Path dir = parent.resolve("run");
        try (RunDirectory held = RunDirectory.claim(dir, line -> {})) {
            for (int i = 0; i < 2; i++) {
                OperatorError busy =
                        assertThrows(
                                OperatorError.class,
                                () -> RunDirectory.claim(held.path(), line -> {}));
                assertEquals(ExitCode.ENVIRONMENT, busy.exitCode());
            }
        }
    }

    @Test
    void aLinkInItsPlaceIsRefused() throws IOException {
        Path real = Files.createDirectory(parent.resolve("real"));
        Path link = Files.createSymbolicLink(parent.resolve("run"), real);
        OperatorError refused =
                assertThrows(OperatorError.class, () -> RunDirectory.claim(link, line -> {}));
        assertEquals(ExitCode.REFUSED, refused.exitCode());
    }

    @Test
    void aMissingParentIsNamed() {
        OperatorError error =
                assertThrows(
                        OperatorError.class,
                        () -> RunDirectory.claim(parent.resolve("no/run"), line -> {}));
        assertEquals(ExitCode.ENVIRONMENT, error.exitCode());
        assertTrue(error.sentence().contains("cannot be made"), error.sentence());
    }

    @Test
    void changesInAnotherNetworkNamespaceAreReportedAndNotTouched() throws IOException {
        Path dir = parent.resolve("run");
        Files.createDirectory(
                dir,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(dir.resolve("pid"), "999999999 1\n");
        Files.writeString(dir.resolve("journal"), "netns 1\ndo 1 link-up lo 1\n");
        try (RunDirectory run = RunDirectory.claim(dir, line -> {})) {
            assertEquals(999_999_999L, run.cleanup().previousPid());
            assertTrue(run.cleanup().undone().isEmpty());
            assertTrue(run.cleanup().left().getFirst().contains("another network namespace"));
        }
    }

    @Test
    void aPidThatIsUsedAgainIsNotThePreviousMonitor() {
        ProcessMark self = ProcessMark.self();
        assertTrue(self.isAlive());
        assertFalse(new ProcessMark(self.pid(), self.startTicks() + 1).isAlive());
        assertEquals(Optional.of(self), ProcessMark.parse(self + "\n"));
        assertEquals(Optional.empty(), ProcessMark.parse("nonsense"));
    }
}
