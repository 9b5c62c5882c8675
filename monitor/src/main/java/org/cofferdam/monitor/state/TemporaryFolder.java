package org.cofferdam.monitor.state;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folder in which a confined monitor's JVM may have temporary files. It lies in /tmp, since code is mapped from it
 * and a run directory is often below a /run that forbids that. The starter removes it; one whose starter was killed is
 * removed by the next start in the same run directory, which finds it in the file {@code temporary}:
 *
 * <pre>
 * pid and start time of the starter, a space, the folder's path; a line for each
 * </pre>
 */
public final class TemporaryFolder {
    private static final String FILE_NAME = "temporary";
    private static final String PREFIX = "cofferdam-";
    private static final Path PLACE = Path.of("/tmp");

    private TemporaryFolder() {}

    /**
     * Makes a folder for this process, which the starter takes the place of, and removes those of dead ones.
     *
     * @param runDirectory nobody else's, as {@link RunDirectory#prepare} has checked
     */
    public static Path make(Path runDirectory) throws IOException {
        Path file = runDirectory.resolve(FILE_NAME);
        List<String> lines = new ArrayList<>();
        for (String line : known(file)) {
            if (isOfTheLiving(line) || !removed(line)) {
                lines.add(line);
            }
        }
        Path made =
                Files.createTempDirectory(
                        PLACE,
                        PREFIX,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        lines.add(ProcessMark.self() + " " + made);
        Path fresh = runDirectory.resolve(FILE_NAME + ".new");
        Files.write(fresh, lines);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return made;
    }

    private static List<String> known(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException first) {
            return List.of();
        }
    }

    private static boolean isOfTheLiving(String line) {
        return mark(line).filter(ProcessMark::isAlive).isPresent();
    }

    private static Optional<ProcessMark> mark(String line) {
        int path = line.indexOf('/');
        return path < 0 ? Optional.empty() : ProcessMark.parse(line.substring(0, path));
    }

    /** Removes a folder of that kind and the files in it; false if it is still there, for the next start. */
    private static boolean removed(String line) {
        Path folder = Path.of(line.substring(Math.max(0, line.indexOf('/'))));
        if (!PLACE.equals(folder.getParent())
                || !String.valueOf(folder.getFileName()).startsWith(PREFIX)
                || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return true; // gone, or none of ours
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path left : files) {
                Files.delete(left);
            }
            Files.delete(folder);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
