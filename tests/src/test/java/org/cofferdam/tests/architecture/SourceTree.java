package org.cofferdam.tests.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The checkout that is being built. */
public final class SourceTree {
    private static final Set<String> BUILT = Set.of("target", ".git");

    private SourceTree() {}

    /** The folder with the reactor's pom.xml. Surefire runs each module's tests in the module's folder. */
    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        for (Path p = here; p != null; p = p.getParent()) {
            if (Files.isRegularFile(p.resolve("pom.xml"))
                    && Files.isDirectory(p.resolve("kvm-binding"))) {
                return p;
            }
        }
        throw new IllegalStateException("no checkout of the project around " + here);
    }

    /** All files below {@code folder} (relative to the root) whose names end so, without what a build made. */
    public static List<Path> files(String folder, String ending) {
        Path start = root().resolve(folder);
        if (!Files.isDirectory(start)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(start)) {
            return all.filter(Files::isRegularFile)
                    .filter(p -> p.getFileName().toString().endsWith(ending))
                    .filter(SourceTree::isSource)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file's text; all of the project's are UTF-8. */
    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many lines a file has. */
    public static long lines(Path file) {
        return text(file).lines().count();
    }

    private static boolean isSource(Path file) {
        for (Path part : root().relativize(file)) {
            if (BUILT.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}
