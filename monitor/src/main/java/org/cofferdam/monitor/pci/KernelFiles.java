package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the kernel shows its devices, and how these files are read and written: each read is bounded, each name is checked
 * before it becomes part of a path or a message.
 *
 * @param sys sysfs(5)
 * @param proc proc(5)
 * @param dev the folder of device nodes
 */
public record KernelFiles(Path sys, Path proc, Path dev) {
    /** This machine's. */
    public static final KernelFiles HERE =
            new KernelFiles(Path.of("/sys"), Path.of("/proc"), Path.of("/dev"));

    /** An attribute of sysfs is a page at most. */
    private static final int MAX_ATTRIBUTE = 4096;

    /** The tables of proc grow with processors and routes. */
    private static final int MAX_TABLE = 16 << 20;

    private static final int MAX_NAMES = 4096;

    /** An attribute's text without its line break; empty if there is no such attribute (any more). */
    static Optional<String> attribute(Path file) throws IOException {
        return read(file, MAX_ATTRIBUTE).map(String::strip);
    }

    /** A table's lines; none if there is no such table. */
    static List<String> table(Path file) throws IOException {
        return read(file, MAX_TABLE).map(text -> text.lines().toList()).orElse(List.of());
    }

    private static Optional<String> read(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(most), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /** The last name of what a symbolic link points to; empty if there is no link. */
    static Optional<String> linkName(Path link) throws IOException {
        try {
            return Optional.of(checkName(Files.readSymbolicLink(link).getFileName().toString()));
        } catch (NoSuchFileException | NotLinkException none) {
            return Optional.empty();
        }
    }

    /** The names in a folder, sorted; none if there is no such folder. */
    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.limit(MAX_NAMES)
                    .map(p -> checkName(p.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        }
    }

    /** Writes an attribute, in one call as the kernel wants it. The file must be there. */
    static void write(Path file, String text) throws IOException {
        try (FileChannel out =
                FileChannel.open(
                        file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private static String checkName(String name) {
        if (name.length() > 255 || name.chars().anyMatch(c -> c <= 0x20 || c == 0x7f)) {
            throw new IllegalStateException("the kernel shows a name that is not one");
        }
        return name;
    }
}
