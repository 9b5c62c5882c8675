package org.cofferdam.monitor.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.jspecify.annotations.Nullable;

/**
 * A monitor's run directory, held for as long as it lives.
 *
 * <pre>
 * lock      locked by the living monitor (fcntl, so the kernel frees it whatever way the process ends)
 * pid       pid and start time
 * journal   changes to the host in force, see {@link HostJournal}
 * temporary folders of starts, see {@link TemporaryFolder}
 * restored  what the starter of a monitor that died took back, see {@link Restored}
 * control.sock, monitor.log (with --detach)
 * </pre>
 */
public final class RunDirectory implements AutoCloseable {
    /** Standard error of a monitor started with {@code --detach}. */
    public static final String LOG_NAME = "monitor.log";

    private static final String PID_NAME = "pid";
    private static final String LOCK_NAME = "lock";
    private static final long DEATH_WAIT_MILLIS = 10_000;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final FileChannel lock;
    private final HostJournal journal;
    private final Cleanup cleanup;
    private boolean starterClears;

    private RunDirectory(Path directory, FileChannel lock, HostJournal journal, Cleanup cleanup) {
        this.directory = directory;
        this.lock = lock;
        this.journal = journal;
        this.cleanup = cleanup;
    }

    /**
     * Takes the directory, creating it if need be, and cleans up after a monitor that died in it.
     *
     * @param trace is told each command that changes the host
     * @throws OperatorError (environment) if a living monitor holds it or it cannot be made, (refused) if it is not ours
     */
    public static RunDirectory claim(Path directory, Consumer<String> trace) {
        prepare(directory, trace);
        FileChannel lock = null;
        try {
            lock =
                    FileChannel.open(
                            directory.resolve(LOCK_NAME),
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    LinkOption.NOFOLLOW_LINKS),
                            OWNER_ONLY_FILE);
            awaitLock(lock, directory);
            Optional<ProcessMark> previous = mark(directory);
            awaitDeath(directory, previous);
            Cleanup cleanup = Restored.take(directory);
            if (previous.isPresent()) {
                cleanup =
                        new HostRestoration(trace)
                                .undo(previous.get().pid(), HostJournal.read(directory));
            }
            HostJournal journal = HostJournal.create(directory);
            writeMark(directory);
            return new RunDirectory(directory, lock, journal, cleanup);
        } catch (IOException e) {
            closeQuietly(lock);
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the run directory "
                            + directory
                            + " cannot be used ("
                            + IoReason.of(e)
                            + "); check its permissions and space or choose another --run-dir",
                    e);
        } catch (RuntimeException e) {
            closeQuietly(lock);
            throw e;
        }
    }

    /**
     * Takes back what a monitor that has ended left, for the starter that has seen its end, and clears the directory.
     *
     * @param orderly whether it had stopped in order: then nothing is told to the next start
     * @return what was taken back; nothing if another monitor has the directory by now and does it
     */
    public static Cleanup restore(Path directory, boolean orderly, Consumer<String> trace) {
        checkOwnOrThrow(directory);
        try (FileChannel lock =
                FileChannel.open(
                        directory.resolve(LOCK_NAME),
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS)) {
            Optional<ProcessMark> previous = mark(directory);
            if (previous.isEmpty() || previous.get().isAlive() || !tryLock(lock)) {
                return Cleanup.NOTHING;
            }
            Cleanup cleanup =
                    new HostRestoration(trace)
                            .undo(previous.get().pid(), HostJournal.read(directory));
            if (!orderly) {
                Restored.leave(directory, cleanup);
            }
            Files.deleteIfExists(directory.resolve(HostJournal.FILE_NAME));
            Files.deleteIfExists(directory.resolve(PID_NAME));
            return cleanup;
        } catch (IOException e) {
            throw OperatorError.failure(
                    "the run directory "
                            + directory
                            + " cannot be cleared ("
                            + IoReason.of(e)
                            + "); the next start does it",
                    e);
        }
    }

    private static void checkOwnOrThrow(Path directory) {
        try {
            checkOwn(directory);
        } catch (IOException e) {
            throw OperatorError.failure(
                    "the run directory " + directory + " is gone (" + IoReason.of(e) + ")", e);
        }
    }

    /** Creates the directory with mode 0700, or checks that an existing one is ours and nobody else's. */
    public static void prepare(Path directory, Consumer<String> trace) {
        try {
            try {
                Files.createDirectory(directory, OWNER_ONLY_DIRECTORY);
                trace.accept("mkdir -m 0700 " + directory);
            } catch (FileAlreadyExistsException exists) {
                checkOwn(directory);
            }
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the run directory "
                            + directory
                            + " cannot be made ("
                            + IoReason.of(e)
                            + "); create its parent folder, run as root, or choose another --run-dir",
                    e);
        }
    }

    private static void checkOwn(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw OperatorError.refused(
                    "the run directory "
                            + directory
                            + " is not a folder; remove it or choose another --run-dir");
        }
        int owner = (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (owner != self) {
            throw OperatorError.refused(
                    "the run directory "
                            + directory
                            + " belongs to uid "
                            + owner
                            + ", not to uid "
                            + self
                            + " that runs this; choose another --run-dir");
        }
        int mode = (Integer) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & 0077) != 0) {
            throw OperatorError.refused(
                    "the run directory "
                            + directory
                            + " is open to other users, who could control the monitor; chmod 0700 "
                            + directory
                            + " or choose another --run-dir");
        }
    }

    private static boolean tryLock(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    /** Takes the lock; where a dead monitor's starter still cleans up under it, after that. */
    private static void awaitLock(FileChannel lock, Path directory) throws IOException {
        long until = System.nanoTime() + DEATH_WAIT_MILLIS * 1_000_000;
        while (!tryLock(lock)) {
            Optional<ProcessMark> holder = mark(directory);
            if (holder.isEmpty() || holder.get().isAlive() || System.nanoTime() > until) {
                if (tryLock(lock)) { // it was finished between the two looks
                    return;
                }
                throw busy(directory);
            }
            try {
                // Not our child: nothing tells of its end. The loop has a deadline.
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw busy(directory);
            }
        }
    }

    private static OperatorError busy(Path directory) throws IOException {
        String who = mark(directory).map(m -> " (pid " + m.pid() + ")").orElse("");
        return OperatorError.environment(
                "a monitor"
                        + who
                        + " already runs with the run directory "
                        + directory
                        + "; stop it with 'monitor stop --run-dir "
                        + directory
                        + "' or choose another --run-dir");
    }

    /** A killed process frees its lock while the rest of it is still being taken down; its interfaces go last. */
    private static void awaitDeath(Path directory, Optional<ProcessMark> previous) {
        long until = System.nanoTime() + DEATH_WAIT_MILLIS * 1_000_000;
        while (previous.isPresent()
                && previous.get().isAlive()
                && !previous.get().equals(ProcessMark.self())) {
            if (System.nanoTime() > until) {
                throw OperatorError.environment(
                        "the previous monitor (pid "
                                + previous.get().pid()
                                + ") of the run directory "
                                + directory
                                + " has not ended yet; wait for it or kill it");
            }
            try {
                // Not our child: nothing tells of its end. The loop has a deadline.
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The monitor that holds, or held, this directory. */
    public static Optional<ProcessMark> mark(Path directory) throws IOException {
        Path file = directory.resolve(PID_NAME);
        return Files.isRegularFile(file)
                ? ProcessMark.parse(Files.readString(file))
                : Optional.empty();
    }

    private static void writeMark(Path directory) throws IOException {
        Path fresh = directory.resolve(PID_NAME + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, OWNER_ONLY_FILE);
        Files.writeString(fresh, ProcessMark.self() + "\n");
        Files.move(fresh, directory.resolve(PID_NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Where each change to the host is noted before it is made. */
    public HostJournal journal() {
        return journal;
    }

    /** What was found of an earlier monitor. */
    public Cleanup cleanup() {
        return cleanup;
    }

    public Path path() {
        return directory;
    }

    /** From now on this process may not clear the directory: its starter does. */
    public void leaveToStarter() {
        starterClears = true;
    }

    /** Gives the directory back; every change must have been undone by now. The lock file stays: it says nothing. */
    @Override
    public void close() {
        try {
            journal.close();
            if (starterClears) {
                return;
            }
            Files.deleteIfExists(directory.resolve(HostJournal.FILE_NAME));
            Files.deleteIfExists(directory.resolve(PID_NAME));
        } catch (IOException e) {
            throw OperatorError.failure(
                    "the run directory "
                            + directory
                            + " cannot be cleared ("
                            + e.getMessage()
                            + "); the next start does it",
                    e);
        } finally {
            closeQuietly(lock);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // The kernel closes it with the process.
            return;
        }
    }
}
