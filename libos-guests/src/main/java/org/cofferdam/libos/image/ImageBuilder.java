package org.cofferdam.libos.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cofferdam.libos.javaio.JavaBasePatch;
import org.cofferdam.libos.program.Program;
import org.cofferdam.libos.program.ProgramException;
import org.cofferdam.libos.program.ProgramParts;
import org.cofferdam.libos.program.ProgramSource;

/** Makes one image, in a folder beside the final place that gets its name when all is in it. One thread, once. */
final class ImageBuilder {
    private static final String ARCHIVE = ".tar.gz";
    private static final int STEPS = 4;

    /** A provider that programs use without naming it, by {@code FileSystems.newFileSystem}. */
    private static final String ARCHIVES = "jdk.zipfs";

    /** What is to be packed. */
    record Order(
            ProgramSource source,
            List<String> properties,
            List<String> javaOptions,
            List<String> arguments,
            Set<String> addModules,
            Optional<Path> files,
            Path output,
            boolean replace) {}

    /** What is needed of this installation: its class path, and what {@code ops/libos} says beside it. */
    record Installation(
            Path jdk, List<Path> library, Optional<Path> launcher, Optional<Path> natives) {}

    /** What was made. */
    record Made(Path output, long bytes, Set<String> modules, int jars, long programBytes) {}

    private final Order order;
    private final Installation installation;
    private final Consumer<String> progress;
    private int step;

    ImageBuilder(Order order, Installation installation, Consumer<String> progress) {
        this.order = order;
        this.installation = installation;
        this.progress = progress;
    }

    Made build() throws ImageException, IOException {
        Path output = order.output().toAbsolutePath().normalize();
        Path parent = output.getParent();
        Path fileName = output.getFileName();
        if (parent == null || fileName == null) {
            throw new ImageException(ImageException.Kind.USAGE, output + " cannot be an image");
        }
        if (Files.exists(output) && !order.replace()) {
            throw new ImageException(
                    ImageException.Kind.USAGE, output + " is there already; --replace replaces it");
        }
        if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
            throw new ImageException(
                    ImageException.Kind.ENVIRONMENT,
                    parent + " is no folder that can be written to");
        }
        boolean archive = fileName.toString().endsWith(ARCHIVE);
        Path work = Files.createTempDirectory(parent, "." + fileName + ".");
        try {
            String name =
                    archive
                            ? fileName.toString()
                                    .substring(0, fileName.toString().length() - ARCHIVE.length())
                            : "image";
            Path image = Files.createDirectory(work.resolve(name.isEmpty() ? "image" : name));
            Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rwxr-xr-x"));
            Made made = fill(image);
            Path result = archive ? archived(work, image) : image;
            replace(result, output, work);
            return new Made(output, size(output), made.modules(), made.jars(), made.programBytes());
        } finally {
            remove(work);
        }
    }

    private Made fill(Path image) throws ImageException, IOException {
        say("the program");
        ProgramParts parts = parts();
        List<String> classPath = copyAll(parts.elements(), image, "program");
        List<String> library = copyAll(installation.library(), image, "libos/lib");
        if (installation.launcher().isPresent()) {
            Files.copy(
                    installation.launcher().get(),
                    image.resolve(PackedImage.LAUNCHER),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        if (installation.natives().isPresent()) {
            copyTree(installation.natives().get(), image.resolve(PackedImage.NATIVES));
        }
        if (order.files().isPresent()) {
            copyTree(order.files().get(), image.resolve(PackedImage.FILES));
        }
        say("the modules that it needs");
        Set<String> modules = modules(parts);
        say("a runtime of " + modules.size() + " modules");
        runtime(image, modules);
        JavaBasePatch.write(image.resolve(PackedImage.JAVA_BASE));
        say("the description");
        PackedImage.Description description =
                new PackedImage.Description()
                        .put("main-class", parts.mainClass().orElse(null))
                        .put("module", parts.module().orElse(null))
                        .putAll("class-path", classPath)
                        .putAll("library", library)
                        .putAll("property", order.properties())
                        .putAll("java-option", javaOptions())
                        .putAll("argument", order.arguments())
                        .putAll("runtime-module", List.copyOf(modules));
        description.write(image);
        StartScript.write(image, library);
        long programBytes = 0;
        for (Path each : parts.elements()) {
            programBytes += size(each);
        }
        return new Made(image, 0, modules, classPath.size(), programBytes);
    }

    private void say(String what) {
        step++;
        progress.accept("[" + step + "/" + STEPS + "] " + what);
    }

    private ProgramParts parts() throws ImageException, IOException {
        try {
            return ProgramParts.of(order.source(), FileSystems.getDefault());
        } catch (ProgramException e) {
            throw new ImageException(
                    ImageException.Kind.ENVIRONMENT, String.valueOf(e.getMessage()));
        }
    }

    /** What the program's manifest or module wants of the JVM, and what the order says. */
    private List<String> javaOptions() throws ImageException, IOException {
        try {
            List<String> all =
                    new ArrayList<>(Program.jvmOptions(order.source(), FileSystems.getDefault()));
            if (order.source() instanceof ProgramSource.Module) {
                all.clear(); // the runner asks for them again, of the image's own runtime
            }
            all.addAll(order.javaOptions());
            return all;
        } catch (ProgramException e) {
            throw new ImageException(
                    ImageException.Kind.ENVIRONMENT, String.valueOf(e.getMessage()));
        }
    }

    private Set<String> modules(ProgramParts parts) throws IOException {
        NeededModules program = new NeededModules();
        for (Path each : parts.elements()) {
            program.add(each);
        }
        NeededModules library = new NeededModules();
        for (Path each : installation.library()) {
            library.add(each);
        }
        Set<String> all = new TreeSet<>(program.modules());
        all.add(ARCHIVES);
        all.addAll(library.modules());
        parts.module().ifPresent(all::add);
        all.addAll(order.addModules());
        return all;
    }

    private void runtime(Path image, Set<String> modules) throws ImageException, IOException {
        Tools.run(
                "jlink",
                List.of(
                        Tools.ofJdk(installation.jdk(), "jlink"),
                        "-J-Xmx768m",
                        "--add-modules",
                        String.join(",", modules),
                        "--output",
                        image.resolve(PackedImage.RUNTIME).toString(),
                        "--no-header-files",
                        "--no-man-pages",
                        // Compressed classes are read from the mapping, so a guest needs no
                        // pread64.
                        "--compress",
                        "zip-6",
                        "--generate-cds-archive"));
    }

    /** Copies jars and folders under names that do not meet; returns where they lie in the image. */
    private static List<String> copyAll(List<Path> elements, Path image, String place)
            throws IOException {
        Path folder = Files.createDirectories(image.resolve(place));
        Set<String> taken = new HashSet<>();
        List<String> placed = new ArrayList<>();
        for (Path each : elements) {
            String plain = String.valueOf(each.getFileName());
            String name = plain;
            for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
                name = i + "-" + plain;
            }
            if (Files.isDirectory(each)) {
                copyTree(each, folder.resolve(name));
            } else {
                Files.copy(each, folder.resolve(name));
            }
            placed.add(place + "/" + name);
        }
        return placed;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else if (Files.isRegularFile(each)) {
                    Files.copy(each, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** The same image gives the same archive, but for what jlink makes anew each time. */
    private static Path archived(Path work, Path image) throws ImageException, IOException {
        Path archive = work.resolve("archive" + ARCHIVE);
        Tools.run(
                "tar",
                List.of(
                        "tar",
                        "--create",
                        "--gzip",
                        "--file=" + archive,
                        "--directory=" + work,
                        "--sort=name",
                        "--owner=0",
                        "--group=0",
                        "--numeric-owner",
                        String.valueOf(image.getFileName())));
        return archive;
    }

    private static void replace(Path result, Path output, Path work) throws IOException {
        if (Files.exists(output)) {
            Files.move(output, work.resolve("before"));
        }
        Files.move(result, output, StandardCopyOption.ATOMIC_MOVE);
    }

    private static long size(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            long bytes = 0;
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(each);
            }
            return bytes;
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** The installation that this command runs from. */
    static Installation ofThisProcess() throws IOException {
        List<Path> library = new ArrayList<>();
        for (String each : System.getProperty("java.class.path", "").split(":", -1)) {
            Path path = Path.of(each);
            if (!each.isEmpty() && Files.exists(path) && !isEmptyFolder(path)) {
                library.add(path.toAbsolutePath());
            }
        }
        return new Installation(
                Path.of(System.getProperty("java.home")),
                library,
                existing("cofferdam.launcher"),
                existing("jffi.boot.library.path"));
    }

    private static boolean isEmptyFolder(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (DirectoryStream<Path> any = Files.newDirectoryStream(path)) {
            return !any.iterator().hasNext();
        }
    }

    private static Optional<Path> existing(String property) {
        return Optional.ofNullable(System.getProperty(property))
                .map(Path::of)
                .filter(Files::exists);
    }
}
