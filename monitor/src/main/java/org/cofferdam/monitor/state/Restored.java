package org.cofferdam.monitor.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The file in which a starter tells the next start what it has taken back after its monitor died, so that it gets into
 * the audit log: the dead monitor's pid, then a line for each thing, {@code undone} or {@code left} before it.
 */
final class Restored {
    private static final String FILE_NAME = "restored";
    private static final String UNDONE = "undone ";
    private static final String LEFT = "left ";

    private Restored() {}

    static void leave(Path directory, Cleanup cleanup) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        Files.deleteIfExists(file);
        List<String> lines = new ArrayList<>();
        lines.add(Long.toString(cleanup.previousPid()));
        cleanup.undone().forEach(what -> lines.add(UNDONE + what.replace('\n', ' ')));
        cleanup.left().forEach(what -> lines.add(LEFT + what.replace('\n', ' ')));
        Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))
                .close();
        Files.write(file, lines);
    }

    /** What a starter has left, and removes the file. */
    static Cleanup take(Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException nothing) {
            return Cleanup.NOTHING;
        }
        Files.delete(file);
        if (lines.isEmpty() || !lines.getFirst().matches("[0-9]{1,10}")) {
            return Cleanup.NOTHING; // cut off by the starter's own death
        }
        return new Cleanup(
                Long.parseLong(lines.getFirst()), after(lines, UNDONE), after(lines, LEFT));
    }

    private static List<String> after(List<String> lines, String word) {
        return lines.stream()
                .filter(line -> line.startsWith(word))
                .map(line -> line.substring(word.length()))
                .toList();
    }
}
