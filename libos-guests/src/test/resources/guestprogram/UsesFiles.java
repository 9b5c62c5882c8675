package guestprogram;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A program that finds its own jar, writes temporary files and packs an archive, all by java.nio.file. */
public final class UsesFiles {
    private UsesFiles() {}

    public static void main(String[] arguments) throws Exception {
        URI own = UsesFiles.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(own))) {
            System.out.println("own jar: " + Files.readString(jar.getPath("/found.txt")));
        }
        Path temporary = Files.createTempFile("guest", ".txt");
        Files.writeString(temporary, "written");
        System.out.println("temporary: " + Files.readString(temporary));
        Path archive = Files.createTempDirectory("guest").resolve("a.zip");
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            Files.writeString(zip.getPath("/x"), "zipped");
        }
        try (FileSystem zip = FileSystems.newFileSystem(archive)) {
            System.out.println("zip: " + Files.readString(zip.getPath("/x")));
        }
        Files.writeString(temporary, "1\n2\n3\n");
        try (Stream<String> lines = Files.lines(temporary)) {
            System.out.println("lines: " + lines.count());
        }
        try {
            System.out.println(Files.readString(Path.of("/etc/passwd")));
        } catch (Exception e) {
            System.out.println("passwd: " + e);
        }
        System.out.println("content type: " + Files.probeContentType(Path.of("a.html")));
    }
}
