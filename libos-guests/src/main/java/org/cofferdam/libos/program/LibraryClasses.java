package org.cofferdam.libos.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.cofferdam.libos.files.HeldFile;
import org.cofferdam.libos.files.HostFiles;

/**
 * The library OS's own class path, which the JDK's class loader opens file by file when a class is first needed: all of
 * it that a guest needs is loaded beforehand. Used once, by one thread, while files can still be opened.
 */
public final class LibraryClasses {
    private static final String SERVICES = "META-INF/services/java.";

    /** Where the program would find what the library provides; nothing is at this place. */
    private static final String PLACE = "/.cofferdam/library";

    /** The library's own packages, and those that call native code for it, of which an error may be the first use. */
    private static final List<String> PREFIXES =
            List.of(
                    "org/cofferdam/libos/",
                    "org/cofferdam/binding/",
                    "jnr/ffi/",
                    "com/kenai/jffi/");

    /** Commands that run outside a guest, and bindings of other machines. */
    private static final List<String> NOT_NEEDED =
            List.of(
                    "org/cofferdam/libos/command/",
                    "org/cofferdam/libos/image/",
                    "jnr/ffi/provider/jffi/platform/");

    private LibraryClasses() {}

    /**
     * Loads, without initializing, all classes that the library OS may need later.
     *
     * @return how many there are
     * @throws IOException if the class path cannot be read
     */
    public static int load() throws IOException {
        ClassLoader loader = LibraryClasses.class.getClassLoader();
        int[] loaded = new int[1];
        each(
                HostFiles.system(),
                (name, bytes) -> {
                    if (isNeeded(name)) {
                        String className =
                                name.substring(0, name.length() - ".class".length())
                                        .replace('/', '.');
                        try {
                            Class.forName(className, false, loader);
                            loaded[0]++;
                        } catch (ClassNotFoundException | LinkageError optional) {
                            // What it extends is on nobody's class path, so nobody can use it.
                            return;
                        }
                    }
                });
        return loaded[0];
    }

    private static boolean isNeeded(String name) {
        return name.endsWith(".class")
                && PREFIXES.stream().anyMatch(name::startsWith)
                && NOT_NEEDED.stream().noneMatch(name::startsWith);
    }

    /** What the library provides to the JDK, as a folder in memory. */
    static ClassPathElement services(FileSystem host, MemoryUrls urls) throws IOException {
        Map<String, String> found = new TreeMap<>();
        each(
                host,
                (name, bytes) -> {
                    if (name.startsWith(SERVICES)) {
                        String text = new String(bytes.read(), StandardCharsets.UTF_8);
                        found.merge(name, text + "\n", String::concat);
                    }
                });
        List<HeldFile> files = new ArrayList<>();
        found.forEach(
                (name, text) ->
                        files.add(
                                new HeldFile(
                                        PLACE + "/" + name,
                                        MemorySegment.ofArray(
                                                text.getBytes(StandardCharsets.UTF_8)),
                                        Instant.EPOCH)));
        FolderElement folder = new FolderElement(PLACE, files, urls);
        urls.add(folder);
        return folder;
    }

    private interface Bytes {
        byte[] read();
    }

    private static void each(FileSystem host, BiConsumer<String, Bytes> use) throws IOException {
        for (String part : System.getProperty("java.class.path", "").split(":", -1)) {
            Path path = host.getPath(part);
            if (part.isEmpty() || !Files.exists(path)) {
                continue;
            }
            if (Files.isDirectory(path)) {
                try (Stream<Path> files = Files.walk(path)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        use.accept(path.relativize(file).toString(), () -> readFile(file));
                    }
                }
            } else {
                try (JarFile jar = new JarFile(part)) {
                    for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                        use.accept(entry.getName(), () -> readEntry(jar, entry));
                    }
                }
            }
        }
    }

    private static byte[] readFile(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] readEntry(JarFile jar, JarEntry entry) {
        try (var in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
