package org.cofferdam.libos.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest reaches the host's files below a grant, and no others. */
final class GrantTest {
    @TempDir Path host;
    private Path granted = Path.of("/");
    private Path outside = Path.of("/");
    private final GuestTree tree = new GuestTree("1m");

    @BeforeEach
    void grant() throws IOException {
        granted = Files.createDirectories(host.resolve("granted"));
        outside = Files.createDirectories(host.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.writeString(
                Files.createDirectories(granted.resolve("a/b")).resolve("file"), "inside");
        tree.grant(granted, true, "/data").grant(granted, false, "/look/here");
    }

    @Test
    void filesAreReadWrittenMovedAndRemoved() throws IOException {
        Path data = tree.path("/data");
        assertEquals("inside", Files.readString(data.resolve("a/b/file")));
        Files.writeString(data.resolve("new"), "from the guest");
        assertEquals("from the guest", Files.readString(granted.resolve("new")));
        Files.createDirectories(data.resolve("c/d"));
        Files.move(data.resolve("new"), data.resolve("c/d/moved"), StandardCopyOption.ATOMIC_MOVE);
        assertTrue(Files.exists(granted.resolve("c/d/moved")));
        assertThrows(
                FileAlreadyExistsException.class,
                () -> Files.move(data.resolve("a/b/file"), data.resolve("c/d/moved")));
        Files.setLastModifiedTime(data.resolve("c"), FileTime.fromMillis(3000));
        assertEquals(3000, Files.getLastModifiedTime(granted.resolve("c")).toMillis());
        try (Stream<Path> all = Files.walk(data)) {
            assertEquals(
                    List.of(
                            "/data",
                            "/data/a",
                            "/data/a/b",
                            "/data/a/b/file",
                            "/data/c",
                            "/data/c/d",
                            "/data/c/d/moved"),
                    all.map(Path::toString).sorted().toList());
        }
        Files.delete(data.resolve("c/d/moved"));
        Files.delete(data.resolve("c/d"));
        assertFalse(Files.exists(granted.resolve("c/d")));
        assertEquals("/data/a/b/file", data.resolve("a/./b/../b/file").toRealPath().toString());
        assertTrue(data.resolve("a/b/file").toUri().toString().endsWith("/data/a/b/file"));
        try (FileChannel channel =
                FileChannel.open(data.resolve("a/b/file"), StandardOpenOption.READ)) {
            assertEquals('i', channel.map(FileChannel.MapMode.READ_ONLY, 0, 6).get(0));
        }
    }

    @Test
    void memoryAndHostExchangeFiles() throws IOException {
        Path inMemory = Files.writeString(tree.path("/tmp/x"), "memory");
        Path onHost = tree.path("/data/x");
        assertThrows(
                AtomicMoveNotSupportedException.class,
                () -> Files.move(inMemory, onHost, StandardCopyOption.ATOMIC_MOVE));
        Files.move(inMemory, onHost);
        assertEquals("memory", Files.readString(granted.resolve("x")));
        assertFalse(Files.exists(inMemory));
        Files.copy(onHost, inMemory);
        assertEquals("memory", Files.readString(inMemory));
    }

    @Test
    void whatIsGrantedForLookingIsNotChanged() throws IOException {
        Path look = tree.path("/look/here");
        assertEquals("inside", Files.readString(look.resolve("a/b/file")));
        for (Attempt each :
                List.<Attempt>of(
                        () -> Files.writeString(look.resolve("n"), "x"),
                        () -> Files.createDirectory(look.resolve("n")),
                        () -> Files.delete(look.resolve("a/b/file")),
                        () -> Files.move(look.resolve("a/b/file"), look.resolve("n")),
                        () -> Files.setLastModifiedTime(look.resolve("a"), FileTime.fromMillis(1)),
                        () -> Files.newOutputStream(look.resolve("a/b/file")).close(),
                        () ->
                                FileChannel.open(
                                                look.resolve("a/b/file"),
                                                StandardOpenOption.READ,
                                                StandardOpenOption.DELETE_ON_CLOSE)
                                        .close())) {
            assertEquals(
                    "Read-only file system",
                    assertThrows(FileSystemException.class, each::run).getReason());
        }
        assertFalse(Files.isWritable(look.resolve("a/b/file")));
    }

    private static void list(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            assertEquals(0, all.count(), "nobody gets here");
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }

    @Test
    void dotsDoNotLeadOut() throws IOException {
        for (String way :
                List.of(
                        "/data/../outside/secret",
                        "/data/a/../../outside/secret",
                        "/data/../../../../../../../" + outside + "/secret",
                        "/data//..//outside/secret")) {
            assertThrows(NoSuchFileException.class, () -> Files.readString(tree.path(way)), way);
        }
        assertEquals(
                "tmp", tree.path("/data/..").resolve("tmp").toRealPath().getFileName().toString());
    }

    @Test
    void aLinkIsFollowedWithinTheGrantOnly() throws IOException {
        Files.createSymbolicLink(granted.resolve("good"), Path.of("a/b"));
        Files.createSymbolicLink(granted.resolve("absolute"), granted.resolve("a/b/file"));
        Files.createSymbolicLink(granted.resolve("up"), Path.of("../outside"));
        Files.createSymbolicLink(granted.resolve("evil"), outside.resolve("secret"));
        Files.createSymbolicLink(granted.resolve("circle"), Path.of("circle"));
        Path data = tree.path("/data");
        assertEquals("inside", Files.readString(data.resolve("good/file")));
        assertEquals("inside", Files.readString(data.resolve("absolute")));
        assertEquals("/data/a/b/file", data.resolve("good/file").toRealPath().toString());
        Files.writeString(data.resolve("good/more"), "x");
        assertTrue(Files.exists(granted.resolve("a/b/more")));
        for (Attempt each :
                List.<Attempt>of(
                        () -> Files.readString(data.resolve("evil")),
                        () -> Files.readString(data.resolve("up/secret")),
                        () -> Files.writeString(data.resolve("up/new"), "x"),
                        () -> Files.writeString(data.resolve("evil"), "x"),
                        () -> Files.createDirectory(data.resolve("up/new")),
                        () -> Files.delete(data.resolve("up/secret")),
                        () -> Files.move(data.resolve("a/b/file"), data.resolve("up/file")),
                        () -> Files.size(data.resolve("evil")),
                        () -> list(data.resolve("up")),
                        () ->
                                Files.setLastModifiedTime(
                                        data.resolve("evil"), FileTime.fromMillis(1)),
                        () -> assertFalse(data.resolve("evil").toRealPath().isAbsolute()))) {
            FileSystemException told = assertThrows(AccessDeniedException.class, each::run);
            assertEquals("a link leads out of the granted folder", told.getReason());
            assertFalse(
                    String.valueOf(told.getMessage()).contains(host.toString()), told.toString());
        }
        assertThrows(FileSystemException.class, () -> Files.readString(data.resolve("circle")));
        assertTrue(Files.isSymbolicLink(data.resolve("evil")), "a link is shown as one");
        Files.delete(data.resolve("evil"));
        assertEquals("secret", Files.readString(outside.resolve("secret")));
        assertEquals(1, outside.toFile().list().length);
    }

    @Test
    void aFolderThatBecomesALinkMeanwhileLeadsNowhere() throws Exception {
        // The race that a check of the path loses: another process puts a link in a folder's place,
        // again and again.
        Path real = Files.createDirectory(granted.resolve("swap"));
        Files.writeString(real.resolve("secret"), "harmless");
        Path link = Files.createSymbolicLink(granted.resolve("link"), outside);
        Path aside = granted.resolve("aside");
        AtomicBoolean stop = new AtomicBoolean();
        Thread swapper =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!stop.get()) {
                                        try {
                                            Files.move(real, aside);
                                            Files.move(link, real);
                                            Files.move(real, link);
                                            Files.move(aside, real);
                                        } catch (IOException e) {
                                            return;
                                        }
                                    }
                                });
        int read = 0;
        int refused = 0;
        try {
            for (int i = 0; i < 20_000; i++) {
                try {
                    assertEquals("harmless", Files.readString(tree.path("/data/swap/secret")));
                    read++;
                } catch (FileSystemException e) {
                    refused++;
                }
                try {
                    Files.writeString(tree.path("/data/swap/new"), "x");
                    Files.delete(tree.path("/data/swap/new"));
                } catch (FileSystemException e) {
                    refused++;
                }
            }
        } finally {
            stop.set(true);
            swapper.join();
        }
        assertTrue(read > 100 && refused > 100, read + " read, " + refused + " refused");
        assertEquals(1, outside.toFile().list().length, "nothing was written outside");
    }
}
