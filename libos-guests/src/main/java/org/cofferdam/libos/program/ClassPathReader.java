package org.cofferdam.libos.program;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.cofferdam.libos.files.HeldFile;
import org.cofferdam.libos.files.HeldFolder;

/**
 * Reads a class path of the host into memory, with what the manifests of its jars add to it. Used once, by one thread,
 * while files can still be opened.
 */
final class ClassPathReader {
    /** More is a mistake, such as a class path of {@code /}. */
    private static final long MOST_BYTES = 4L << 30;

    private static final int MOST_FILES = 200_000;

    private final FileSystem host;
    private final MemoryUrls urls;
    private final Map<String, ClassPathElement> read = new LinkedHashMap<>();
    private long bytes;
    private int files;

    ClassPathReader(FileSystem host, MemoryUrls urls) {
        this.host = host;
        this.urls = urls;
    }

    /** The elements so far, in order. */
    List<ClassPathElement> elements() {
        return List.copyOf(read.values());
    }

    /** Adds all of a class path as {@code java -cp} has it. */
    void addAll(String classPath) throws IOException, ProgramException {
        for (String part : classPath.split(":", -1)) {
            if (part.equals("*") || part.endsWith("/*")) {
                Path folder = host.getPath(part.substring(0, part.length() - 1));
                for (Path jar : jarsIn(folder)) {
                    add(jar);
                }
            } else {
                add(host.getPath(part));
            }
        }
    }

    /** Adds a jar or a folder and, behind it, what its manifest names; passes over what does not exist. */
    void add(Path place) throws IOException, ProgramException {
        Path path = place.toAbsolutePath().normalize();
        if (read.containsKey(path.toString()) || !Files.exists(path)) {
            return;
        }
        if (Files.isDirectory(path)) {
            keep(folder(path));
            return;
        }
        ArchiveElement jar = new ArchiveElement(file(path), urls);
        keep(jar);
        Manifest manifest = jar.manifest();
        String more =
                manifest == null
                        ? null
                        : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        if (more != null) {
            for (String each : more.strip().split("\\s+", -1)) {
                addRelative(jar.location(), each);
            }
        }
    }

    private void keep(ClassPathElement element) {
        read.put(element.path(), element);
        urls.add(element);
    }

    /** JAR File Specification, "Class-Path attribute": what is no file's address is passed over. */
    private void addRelative(URL jar, String address) throws IOException, ProgramException {
        if (address.isEmpty()) {
            return;
        }
        try {
            URI uri = jar.toURI().resolve(new URI(address));
            if ("file".equals(uri.getScheme()) && uri.getPath() != null) {
                add(host.getPath(uri.getPath()));
            }
        } catch (URISyntaxException notAnAddress) {
            return;
        }
    }

    private static List<Path> jarsIn(Path folder) throws IOException {
        List<Path> jars = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.{jar,JAR}")) {
                all.forEach(jars::add);
            }
        }
        jars.sort(null);
        return jars;
    }

    private FolderElement folder(Path path) throws IOException, ProgramException {
        List<Path> places;
        try (Stream<Path> all = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
            places = all.filter(Files::isRegularFile).limit(MOST_FILES + 1L).sorted().toList();
        }
        List<HeldFile> held = new ArrayList<>();
        for (Path each : places) {
            held.add(file(each));
        }
        return new FolderElement(path.toString(), held, urls);
    }

    private HeldFile file(Path path) throws IOException, ProgramException {
        HeldFile file = HeldFolder.readFile(path, path.toString());
        bytes += file.size();
        files++;
        if (bytes > MOST_BYTES || files > MOST_FILES) {
            throw new ProgramException(
                    "the class path has more than "
                            + (MOST_BYTES >> 30)
                            + " GiB or "
                            + MOST_FILES
                            + " files (at "
                            + path
                            + "); a guest holds it in memory");
        }
        return file;
    }
}
