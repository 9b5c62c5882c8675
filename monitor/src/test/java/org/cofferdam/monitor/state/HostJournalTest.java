package org.cofferdam.monitor.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.cofferdam.monitor.config.InterfaceName;
import org.cofferdam.monitor.config.PciAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostJournalTest {
    private static final InterfaceName WIRE = new InterfaceName("eth1");

    @TempDir Path dir;

    static List<HostChange> everyKindOfChange() {
        return List.of(
                new HostChange.Tap(new InterfaceName("cofferdam0")),
                new HostChange.LinkUp(WIRE, 7),
                new HostChange.Mtu(WIRE, 7, 1500, 1400),
                new HostChange.Clsact(WIRE, 7),
                new HostChange.TcFilter(WIRE, 7, true, 49152, 1, "cofd_egress"),
                new HostChange.TcFilter(WIRE, 7, false, 1, 0x7fffffff, "cofd_in"),
                new HostChange.Xdp(WIRE, 7, "cofd_xdp"),
                new HostChange.CardDriver(new PciAddress(0, 3, 0, 0), "8086:10d3", "e1000e"),
                new HostChange.CardDriver(new PciAddress(0x10000, 0xff, 31, 7), "8086:100e", "-"));
    }

    @ParameterizedTest
    @MethodSource("everyKindOfChange")
    void aChangeReadsBackAsItself(HostChange change) {
        assertEquals(Optional.of(change), HostChange.parse(change.line()));
    }

    @Test
    void whatIsNotTakenBackIsLeftInOrder() throws IOException {
        List<HostChange> changes = everyKindOfChange();
        try (HostJournal journal = HostJournal.create(dir)) {
            HostJournal.Entry first = journal.willDo(changes.get(0));
            journal.willDo(changes.get(1));
            HostJournal.Entry third = journal.willDo(changes.get(2));
            journal.willDo(changes.get(3));
            journal.undone(third);
            journal.undone(first);
        }
        HostJournal.Left left = HostJournal.read(dir);
        assertEquals(List.of(changes.get(1), changes.get(3)), left.changes());
        assertEquals(HostJournal.networkNamespace(), left.networkNamespace());
    }

    @Test
    void aChangeIsInTheFileBeforeItIsMade() throws IOException {
        try (HostJournal journal = HostJournal.create(dir)) {
            journal.willDo(new HostChange.Clsact(WIRE, 7));
            assertEquals(
                    1,
                    HostJournal.read(dir).changes().size(),
                    "readable while the writer has it open");
        }
    }

    @Test
    void aLineCutByTheWritersDeathIsNotActedOn() throws IOException {
        HostJournal.create(dir).close();
        Path file = dir.resolve(HostJournal.FILE_NAME);
        Files.writeString(
                file, "do 1 link-up eth1 7\ndo 2 link-up eth1", StandardOpenOption.APPEND);
        assertEquals(List.of(new HostChange.LinkUp(WIRE, 7)), HostJournal.read(dir).changes());
        Files.writeString(
                file, "\0garbage\ndo x y\ndo 3\nundone nothing\n", StandardOpenOption.APPEND);
        assertEquals(List.of(new HostChange.LinkUp(WIRE, 7)), HostJournal.read(dir).changes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tap",
                "tap a/b",
                "tap -x",
                "tap a b",
                "link-up eth1 seven",
                "link-up eth1 -7",
                "tc-filter eth1 7 sideways 1 1 cofd",
                "tc-filter eth1 7 egress 1 1 rm;ls",
                "xdp eth1 7 a-name-of-more-than-15",
                "mtu eth1 7 1500 1400 1",
                "card-driver 0000:03:00.0 8086:10d3",
                "card-driver 0000:03:00.0 8086:10d3 ../../x",
                "card-driver 0000:03:00.0 8086:10d3 --force",
                "card-driver ../x 8086:10d3 e1000e",
                "card-driver 0000:03:00.0 intel e1000e",
                "reboot now"
            })
    void aDamagedLineIsNotAChange(String line) {
        assertEquals(Optional.empty(), HostChange.parse(line));
    }

    @Test
    void theJournalBelongsToItsOwnerAlone() throws IOException {
        HostJournal.create(dir).close();
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(dir.resolve(HostJournal.FILE_NAME))));
    }

    @Test
    void aProgramsNameCannotSmuggleWords() {
        assertThrows(IllegalArgumentException.class, () -> new HostChange.Xdp(WIRE, 7, "a b"));
    }
}
