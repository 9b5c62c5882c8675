package org.cofferdam.libos.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code java.nio.file.Files} does in a guest's memory. */
final class MemoryFilesTest {
    private final GuestTree tree = new GuestTree("1m");
    private final Path tmp = tree.path("/tmp");

    private static String reason(Class<? extends FileSystemException> type, Attempt attempt) {
        FileSystemException told = assertThrows(type, attempt::run);
        return String.valueOf(told.getReason());
    }

    private interface Attempt {
        void run() throws IOException;
    }

    @Test
    void filesAreWrittenReadAppendedAndReplaced() throws IOException {
        Path file = tmp.resolve("a");
        Files.writeString(file, "one");
        Files.writeString(file, "two", StandardOpenOption.APPEND);
        assertEquals("onetwo", Files.readString(file));
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            writer.write("x");
        }
        assertEquals("x", Files.readString(file));
        assertEquals(1, Files.size(file));
        assertThrows(
                FileAlreadyExistsException.class,
                () -> Files.writeString(file, "", StandardOpenOption.CREATE_NEW));
        assertThrows(NoSuchFileException.class, () -> Files.readString(tmp.resolve("b")));
        assertThrows(NoSuchFileException.class, () -> Files.writeString(tmp.resolve("no/b"), "x"));
        assertEquals(
                "Not a directory",
                reason(FileSystemException.class, () -> Files.readString(file.resolve("b"))));
        assertEquals(
                "Is a directory",
                reason(FileSystemException.class, () -> Files.writeString(tmp, "x")));
    }

    @Test
    void temporaryFilesAndFoldersAreMade() throws IOException {
        Path file = Files.createTempFile(tmp, "a", ".b");
        Path folder = Files.createTempDirectory(tmp, "d");
        assertEquals(
                "rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Path secret =
                Files.createFile(
                        folder.resolve("s"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
        assertTrue(Files.isWritable(file) && Files.isDirectory(folder));
    }

    @Test
    void aTreeIsMadeWalkedListedAndRemoved() throws IOException {
        Path deep = Files.createDirectories(tmp.resolve("a/b/c"));
        Files.createFile(deep.resolve("x.txt"));
        Files.createFile(tmp.resolve("a/y.java"));
        try (Stream<Path> all = Files.walk(tmp)) {
            assertEquals(
                    List.of(
                            "/tmp",
                            "/tmp/a",
                            "/tmp/a/b",
                            "/tmp/a/b/c",
                            "/tmp/a/b/c/x.txt",
                            "/tmp/a/y.java"),
                    all.map(Path::toString).toList());
        }
        List<String> matching = new ArrayList<>();
        try (DirectoryStream<Path> some =
                Files.newDirectoryStream(tmp.resolve("a"), "*.{java,class}")) {
            some.forEach(p -> matching.add(p.toString()));
        }
        assertEquals(List.of("/tmp/a/y.java"), matching);
        assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(tmp.resolve("a")));
        assertThrows(
                NotDirectoryException.class,
                () -> Files.newDirectoryStream(tmp.resolve("a/y.java")));
        try (Stream<Path> all = Files.walk(tmp.resolve("a"))) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        assertFalse(Files.exists(tmp.resolve("a")));
        assertThrows(NoSuchFileException.class, () -> Files.delete(tmp.resolve("a")));
    }

    @Test
    void movesAreAtomicAndKeepWhatIsMoved() throws IOException {
        Path a = Files.writeString(tmp.resolve("a"), "a");
        Path b = Files.writeString(tmp.resolve("b"), "b");
        Object key = Files.readAttributes(a, BasicFileAttributes.class).fileKey();
        assertThrows(FileAlreadyExistsException.class, () -> Files.move(a, b));
        Files.move(a, b, StandardCopyOption.ATOMIC_MOVE);
        assertEquals("a", Files.readString(b));
        assertEquals(key, Files.readAttributes(b, BasicFileAttributes.class).fileKey());
        assertFalse(Files.exists(a));
        Path folder = Files.createDirectories(tmp.resolve("f/g"));
        Files.writeString(folder.resolve("x"), "x");
        Files.move(tmp.resolve("f"), tmp.resolve("moved"));
        assertEquals("x", Files.readString(tmp.resolve("moved/g/x")));
        assertThrows(
                FileSystemException.class,
                () -> Files.move(tmp.resolve("moved"), tmp.resolve("moved/g/h")));
        assertThrows(
                DirectoryNotEmptyException.class,
                () ->
                        Files.move(
                                Files.createDirectory(tmp.resolve("new")),
                                tmp.resolve("moved"),
                                StandardCopyOption.REPLACE_EXISTING));
    }

    @Test
    void copiesAreWholeAndCarryAttributesWhenAsked() throws IOException {
        Path a = Files.write(tmp.resolve("a"), new byte[100_000]);
        Files.setLastModifiedTime(a, FileTime.fromMillis(5000));
        Files.setPosixFilePermissions(a, PosixFilePermissions.fromString("rwxr-----"));
        Path b = Files.copy(a, tmp.resolve("b"), StandardCopyOption.COPY_ATTRIBUTES);
        assertArrayEquals(Files.readAllBytes(a), Files.readAllBytes(b));
        PosixFileAttributes of = Files.readAttributes(b, PosixFileAttributes.class);
        assertEquals(5000, of.lastModifiedTime().toMillis());
        assertEquals("rwxr-----", PosixFilePermissions.toString(of.permissions()));
        assertThrows(FileAlreadyExistsException.class, () -> Files.copy(a, b));
        Files.copy(
                Files.writeString(tmp.resolve("c"), "c"), b, StandardCopyOption.REPLACE_EXISTING);
        assertEquals("c", Files.readString(b));
    }

    @Test
    void attributesAreReadAndWrittenByName() throws IOException {
        Path file = Files.writeString(tmp.resolve("a"), "four");
        Map<String, Object> some = Files.readAttributes(file, "size,isRegularFile");
        assertEquals(Map.of("size", 4L, "isRegularFile", true), some);
        assertEquals(12, Files.readAttributes(file, "posix:*").size());
        Files.setAttribute(file, "lastModifiedTime", FileTime.fromMillis(7000));
        assertEquals(7000, Files.getLastModifiedTime(file).toMillis());
        assertEquals(Files.getOwner(file), Files.getAttribute(file, "posix:group"));
        assertThrows(IllegalArgumentException.class, () -> Files.getAttribute(file, "colour"));
        assertThrows(
                UnsupportedOperationException.class, () -> Files.getAttribute(file, "unix:ino"));
        assertTrue(Files.isSameFile(file, tmp.resolve("./a")));
        assertTrue(Files.isHidden(tmp.resolve(".h")));
        assertFalse(Files.isExecutable(file));
    }

    @Test
    void theImageIsReadOnly() throws IOException {
        tree.show("/app/lib/a.jar", "jar").show("/data/app.jar", "in a writable folder");
        Path jar = tree.path("/app/lib/a.jar");
        assertEquals("jar", Files.readString(jar));
        assertEquals(1_000_000_000, Files.getLastModifiedTime(jar).toInstant().getEpochSecond());
        String readOnly = "Read-only file system";
        assertEquals(
                readOnly, reason(FileSystemException.class, () -> Files.writeString(jar, "x")));
        assertEquals(readOnly, reason(FileSystemException.class, () -> Files.delete(jar)));
        assertEquals(
                readOnly,
                reason(FileSystemException.class, () -> Files.createFile(jar.resolveSibling("b"))));
        assertEquals(
                readOnly,
                reason(
                        FileSystemException.class,
                        () -> Files.move(tree.path("/data/app.jar"), tmp.resolve("x"))));
        assertEquals(
                readOnly,
                reason(
                        FileSystemException.class,
                        () -> Files.setLastModifiedTime(jar, FileTime.fromMillis(1))));
        assertEquals(
                readOnly,
                reason(FileSystemException.class, () -> Files.delete(tree.path("/app/lib"))));
        assertThrows(
                AccessDeniedException.class,
                () ->
                        jar.getFileSystem()
                                .provider()
                                .checkAccess(jar, java.nio.file.AccessMode.WRITE));
        assertFalse(Files.isWritable(jar));
        Files.createFile(tree.path("/data/beside"));
    }

    @Test
    void hostilePathsLeadNowhere() throws IOException {
        Files.writeString(tmp.resolve("a"), "a");
        assertEquals("a", Files.readString(tree.path("/../../tmp/../tmp/./a")));
        assertEquals("/tmp/a", tree.path("/../tmp/x/../a").toAbsolutePath().normalize().toString());
        assertThrows(NoSuchFileException.class, () -> Files.readString(tree.path("/tmp/x/../a")));
        assertThrows(FileSystemException.class, () -> Files.readString(tree.path("/tmp/a/../a")));
        assertThrows(NoSuchFileException.class, () -> Files.readString(tree.path("/etc/passwd")));
        String tooLong = "File name too long";
        for (String text :
                List.of(
                        "/tmp/" + "x".repeat(256),
                        "/tmp" + "/y".repeat(2050),
                        "/tmp/" + "ü".repeat(128))) {
            assertEquals(
                    tooLong,
                    reason(FileSystemException.class, () -> Files.createFile(tree.path(text))));
            assertFalse(Files.exists(tree.path(text)));
        }
        Files.createFile(tree.path("/tmp/" + "x".repeat(255)));
        assertThrows(FileSystemException.class, () -> Files.delete(tree.path("/")));
        assertThrows(FileSystemException.class, () -> Files.delete(tree.path("/dev/null")));
    }

    @Test
    void linksAreRefusedAndNothingIsWatched() throws IOException {
        Path a = Files.writeString(tmp.resolve("a"), "a");
        assertThrows(
                UnsupportedOperationException.class,
                () -> Files.createSymbolicLink(tmp.resolve("l"), a));
        assertThrows(
                UnsupportedOperationException.class, () -> Files.createLink(tmp.resolve("l"), a));
        assertThrows(NotLinkException.class, () -> Files.readSymbolicLink(a));
        assertFalse(Files.isSymbolicLink(a));
        assertThrows(
                UnsupportedOperationException.class, () -> a.getFileSystem().newWatchService());
    }

    @Test
    void theDevicesAreThere() throws IOException {
        assertEquals(0, Files.readAllBytes(tree.path("/dev/null")).length);
        Files.write(tree.path("/dev/null"), new byte[3_000_000]);
        try (InputStream random = Files.newInputStream(tree.path("/dev/urandom"))) {
            byte[] one = random.readNBytes(10_000);
            assertFalse(java.util.Arrays.equals(one, random.readNBytes(10_000)));
        }
        assertFalse(Files.isRegularFile(tree.path("/dev/null")));
    }

    @Test
    void memoryIsBoundedAndComesBack() throws IOException {
        long before = tree.left();
        assertEquals(1 << 20, before);
        Path big = tmp.resolve("big");
        IOException full =
                assertThrows(IOException.class, () -> Files.write(big, new byte[2 << 20]));
        assertEquals("java.io.IOException: No space left on device", full.toString());
        assertEquals(0, tree.left());
        assertThrows(IOException.class, () -> Files.writeString(tmp.resolve("small"), "x"));
        Files.delete(big);
        assertEquals(before, tree.left());
        int made = 0;
        try {
            while (made < 100_000) {
                Files.createFile(tmp.resolve("n" + made));
                made++;
            }
        } catch (FileSystemException noName) {
            assertEquals("No space left on device", noName.getReason());
        }
        assertTrue(made > 200 && made < 300, made + " empty files in 1 MiB");
    }

    @Test
    void aFileThatIsRemovedStaysForThoseWhoHaveIt() throws IOException {
        Path a = Files.writeString(tmp.resolve("a"), "still here");
        long with = tree.left();
        try (InputStream in = Files.newInputStream(a)) {
            Files.delete(a);
            Files.writeString(tmp.resolve("a"), "another");
            assertEquals(
                    "still here",
                    new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
        assertEquals(with, tree.left());
    }

    @Test
    void anAddressLeadsToThePathAndBack() {
        Path odd = tree.path("/tmp/a b%ü#?");
        assertEquals("file:///tmp/a%20b%25%C3%BC%23%3F", odd.toUri().toString());
        assertEquals(odd, odd.getFileSystem().provider().getPath(odd.toUri()));
        assertEquals("file:///tmp/", tmp.toUri().toString());
        assertThrows(
                IllegalArgumentException.class,
                () -> odd.getFileSystem().provider().getPath(java.net.URI.create("file://host/x")));
    }

    @Test
    void aZipFileSystemWorksOverIt() throws IOException {
        Path zip = tmp.resolve("a.zip");
        try (FileSystem in = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Files.writeString(in.getPath("/x"), "zipped");
        }
        try (FileSystem in = FileSystems.newFileSystem(zip)) {
            assertEquals("zipped", Files.readString(in.getPath("/x")));
            Files.copy(in.getPath("/x"), tmp.resolve("out"));
        }
        assertEquals("zipped", Files.readString(tmp.resolve("out")));
        assertEquals(zip, zip.toRealPath(LinkOption.NOFOLLOW_LINKS));
    }
}
