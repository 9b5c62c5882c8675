package org.cofferdam.libos.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Set;
import java.util.stream.Stream;

/** Copies within the guest's file system, and moves between memory and the host: byte for byte. */
final class Transfer {
    private Transfer() {}

    /** As {@code Files.copy} describes it; a folder is made empty. */
    static void copy(Path source, Path target, Set<CopyOption> options) throws IOException {
        for (CopyOption option : options) {
            if (option == StandardCopyOption.ATOMIC_MOVE) {
                // Files.copy: for an option that is none of a copy's.
                throw new UnsupportedOperationException("a copy is not atomic");
            }
        }
        BasicFileAttributes from =
                Files.readAttributes(source, BasicFileAttributes.class, linkOptions(options));
        if (from.isSymbolicLink()) {
            // NOFOLLOW_LINKS asks for the link itself, and there is nowhere to put it.
            throw new UnsupportedOperationException("a guest's files have no links");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.isSameFile(source, target)) {
                return;
            }
            if (!options.contains(StandardCopyOption.REPLACE_EXISTING)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.delete(target);
        }
        if (from.isDirectory()) {
            Files.createDirectory(target);
        } else {
            copyBytes(source, target);
        }
        if (options.contains(StandardCopyOption.COPY_ATTRIBUTES)) {
            copyAttributes(source, target);
        }
    }

    private static LinkOption[] linkOptions(Set<CopyOption> options) {
        return options.contains(LinkOption.NOFOLLOW_LINKS)
                ? new LinkOption[] {LinkOption.NOFOLLOW_LINKS}
                : new LinkOption[0];
    }

    private static void copyBytes(Path source, Path target) throws IOException {
        boolean whole = false;
        try (InputStream in = Files.newInputStream(source);
                OutputStream out =
                        Files.newOutputStream(
                                target, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            in.transferTo(out);
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(target); // half a copy is none
            }
        }
    }

    private static void copyAttributes(Path source, Path target) throws IOException {
        PosixFileAttributes from = Files.readAttributes(source, PosixFileAttributes.class);
        PosixFileAttributeView to =
                Files.getFileAttributeView(target, PosixFileAttributeView.class);
        if (to == null) {
            throw new FileSystemException(target.toString(), null, "attributes cannot be copied");
        }
        to.setPermissions(from.permissions());
        to.setTimes(from.lastModifiedTime(), from.lastAccessTime(), from.creationTime());
    }

    /** As {@code Files.move} describes it between file stores. */
    static void move(Path source, Path target, Set<CopyOption> options) throws IOException {
        if (options.contains(StandardCopyOption.ATOMIC_MOVE)) {
            throw new AtomicMoveNotSupportedException(
                    source.toString(), target.toString(), "from one file store to another");
        }
        if (Files.isDirectory(source)) {
            try (Stream<Path> children = Files.list(source)) {
                if (children.findAny().isPresent()) {
                    throw new DirectoryNotEmptyException(source.toString());
                }
            }
        }
        if (options.contains(StandardCopyOption.REPLACE_EXISTING)) {
            copy(
                    source,
                    target,
                    Set.of(
                            StandardCopyOption.REPLACE_EXISTING,
                            StandardCopyOption.COPY_ATTRIBUTES));
        } else {
            copy(source, target, Set.of(StandardCopyOption.COPY_ATTRIBUTES));
        }
        Files.delete(source);
    }
}
