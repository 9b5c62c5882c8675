package org.cofferdam.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.file.NativeFile;

/** A log's directory: who may write there, which segments it holds, and the lock of its one writer. */
public final class LogDirectory {
    /** A verifier holds the lock for an instant to see whether a writer lives. */
    private static final Duration LOCK_PATIENCE = Duration.ofMillis(500);

    /** The key that signs the log; its public half stands in it, too. */
    public static final String KEY_FILE = "signing-key";

    static final String NEXT_KEY_FILE = "signing-key.next";

    private LogDirectory() {}

    /** Makes the directory with mode 0700, or checks that nobody else may write in it. */
    static void prepare(Path directory) {
        try {
            if (!Files.exists(directory)) {
                Files.createDirectory(
                        directory,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.isDirectory(directory)) {
                throw new AuditLogException(
                        Problem.DIRECTORY, directory + " is not a directory; name one for the log");
            }
            Set<PosixFilePermission> may = Files.getPosixFilePermissions(directory);
            if (may.contains(PosixFilePermission.GROUP_WRITE)
                    || may.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new AuditLogException(
                        Problem.DIRECTORY,
                        "others may write in "
                                + directory
                                + ", so it cannot hold the audit log; chmod 0700 it or name another");
            }
            if (!Files.isWritable(directory)) {
                throw new AuditLogException(
                        Problem.DIRECTORY, "no permission to write the audit log in " + directory);
            }
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.DIRECTORY,
                    "cannot use "
                            + directory
                            + " for the audit log ("
                            + e.getClass().getSimpleName()
                            + "); its parent must exist and let you make it",
                    e);
        }
    }

    /** Takes the writer's lock; the file that is returned holds it until it is closed. */
    static NativeFile lock(Path directory) {
        NativeFile file = openLock(directory.resolve(SegmentLayout.LOCK_FILE));
        long until = System.nanoTime() + LOCK_PATIENCE.toNanos();
        while (!file.tryLock()) {
            if (System.nanoTime() - until > 0) {
                file.close();
                throw new AuditLogException(
                        Problem.IN_USE,
                        "another process writes the audit log in "
                                + directory
                                + "; stop it or name another directory");
            }
            LockSupport.parkNanos(10_000_000);
        }
        return file;
    }

    private static NativeFile openLock(Path path) {
        try {
            return Files.exists(path) ? NativeFile.open(path, true) : NativeFile.create(path, 0600);
        } catch (NativeCallException e) {
            throw new AuditLogException(
                    AuditLogException.problemOf(e),
                    "cannot make the audit log's lock file: " + e.getMessage(),
                    e);
        }
    }

    /** Whether a writer has the log open now. False also where the lock cannot be looked at. */
    public static boolean hasWriter(Path directory) {
        Path path = directory.resolve(SegmentLayout.LOCK_FILE);
        if (!Files.isReadable(path)) {
            return false;
        }
        try (NativeFile file = NativeFile.open(path, false)) {
            return !file.tryLock();
        } catch (NativeCallException e) {
            return false;
        }
    }

    /** The segment files, by the number in their name. */
    public static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> SegmentLayout.number(f).isPresent())
                    .sorted((x, y) -> Integer.compare(number(x), number(y)))
                    .toList();
        }
    }

    private static int number(Path file) {
        return SegmentLayout.number(file).orElseThrow();
    }

    /** Removes files of segments that were never finished. */
    static void removeUnfinished(Path directory) throws IOException {
        List<Path> unfinished;
        try (Stream<Path> files = Files.list(directory)) {
            unfinished =
                    files.filter(f -> f.toString().endsWith(SegmentLayout.UNFINISHED_SUFFIX))
                            .toList();
        }
        for (Path file : unfinished) {
            Files.deleteIfExists(file);
        }
    }
}
