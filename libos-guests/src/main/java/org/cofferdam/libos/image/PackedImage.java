package org.cofferdam.libos.image;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.cofferdam.libos.program.ProgramSource;
import org.jspecify.annotations.Nullable;

/**
 * An image's description, {@code image.properties}. Paths in it are relative to the image and lie within it.
 *
 * @param folder the image
 * @param library the library OS's class path
 * @param launcher the launcher, if the image has one
 * @param natives the folder of jffi's native library, if the image has one
 * @param files what the program sees at /, if the image has something
 * @param javaBase the patch that lets java.io use the guest's files, for --patch-module java.base=
 * @param source the program
 * @param properties system properties, as name=value
 * @param javaOptions options of the JVM
 * @param arguments the program's, before those of the command line
 */
public record PackedImage(
        Path folder,
        List<Path> library,
        Optional<Path> launcher,
        Optional<Path> natives,
        Optional<Path> files,
        Optional<Path> javaBase,
        ProgramSource source,
        List<String> properties,
        List<String> javaOptions,
        List<String> arguments) {
    static final String DESCRIPTION = "image.properties";
    static final String RUNTIME = "runtime";
    static final String LAUNCHER = "libos/launcher";
    static final String NATIVES = "libos/native";
    static final String FILES = "files";
    static final String JAVA_BASE = "libos/java.base.jar";

    private static final String FORMAT = "1";

    /** The home of the image's runtime. */
    public Path runtime() {
        return folder.resolve(RUNTIME);
    }

    /**
     * Reads an image.
     *
     * @throws IOException with a sentence, if the folder is none, or one of another version
     */
    public static PackedImage read(Path folder) throws IOException {
        Path home = folder.toAbsolutePath().normalize();
        Path description = home.resolve(DESCRIPTION);
        if (!Files.isRegularFile(description)) {
            throw new IOException(
                    folder
                            + " is no image: it has no "
                            + DESCRIPTION
                            + "; 'libos image' makes one, and an archive is to be unpacked first");
        }
        Properties all = new Properties();
        try (Reader reader = Files.newBufferedReader(description)) {
            all.load(reader);
        } catch (IllegalArgumentException e) {
            throw new IOException(description + " cannot be read: " + e.getMessage(), e);
        }
        if (!FORMAT.equals(all.getProperty("format"))) {
            throw new IOException(
                    description
                            + " has format "
                            + all.getProperty("format")
                            + "; this libos reads "
                            + FORMAT
                            + ", so make the image anew");
        }
        List<Path> library = new ArrayList<>();
        for (String each : list(all, "library")) {
            library.add(within(home, each));
        }
        if (library.isEmpty() || !Files.isExecutable(home.resolve(RUNTIME).resolve("bin/java"))) {
            throw new IOException(folder + " is not whole: it has no library or no runtime");
        }
        return new PackedImage(
                home,
                library,
                there(home, LAUNCHER),
                there(home, NATIVES),
                there(home, FILES),
                there(home, JAVA_BASE),
                source(home, all),
                list(all, "property"),
                list(all, "java-option"),
                list(all, "argument"));
    }

    private static ProgramSource source(Path home, Properties all) throws IOException {
        String mainClass = all.getProperty("main-class");
        String module = all.getProperty("module");
        if (module != null) {
            return new ProgramSource.Module(module, Optional.ofNullable(mainClass));
        }
        if (mainClass == null) {
            throw new IOException(home + " has neither a main class nor a module to run");
        }
        List<String> path = new ArrayList<>();
        for (String each : list(all, "class-path")) {
            path.add(within(home, each).toString());
        }
        return new ProgramSource.ClassPath(String.join(":", path), mainClass);
    }

    private static Path within(Path home, String place) throws IOException {
        try {
            Path path = home.resolve(place).normalize();
            if (path.startsWith(home) && !path.equals(home)) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new IOException(e.getMessage(), e);
        }
        throw new IOException(home + " names " + place + ", which does not lie in it");
    }

    private static Optional<Path> there(Path home, String place) {
        Path path = home.resolve(place);
        return Files.exists(path) ? Optional.of(path) : Optional.empty();
    }

    /** The values of name.1, name.2 and so on. */
    private static List<String> list(Properties all, String name) {
        List<String> values = new ArrayList<>();
        String value = all.getProperty(name + ".1");
        for (int i = 2; value != null; i++) {
            values.add(value);
            value = all.getProperty(name + "." + i);
        }
        return values;
    }

    /** Writes a description; same content, same bytes. */
    static final class Description {
        private final List<String> lines = new ArrayList<>();

        Description() {
            lines.add(
                    "# What libos image packed, and how it is run. Paths are relative to this file.");
            put("format", FORMAT);
        }

        Description put(String name, @Nullable String value) {
            if (value != null) {
                lines.add(name + "=" + escaped(value));
            }
            return this;
        }

        Description putAll(String name, List<String> values) {
            for (int i = 0; i < values.size(); i++) {
                put(name + "." + (i + 1), values.get(i));
            }
            return this;
        }

        /** As {@code Properties.load} reads it. */
        private static String escaped(String value) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '\\') {
                    text.append("\\\\");
                } else if (c == ' ' && text.isEmpty()) {
                    text.append("\\ ");
                } else if (c < ' ' || c > '~') {
                    text.append(String.format("\\u%04x", (int) c));
                } else {
                    text.append(c);
                }
            }
            return text.toString();
        }

        void write(Path folder) throws IOException {
            Files.write(folder.resolve(DESCRIPTION), lines);
        }
    }
}
