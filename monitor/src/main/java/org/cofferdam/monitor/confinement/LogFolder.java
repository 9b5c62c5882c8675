package org.cofferdam.monitor.confinement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.binding.privilege.Account;
import org.cofferdam.binding.privilege.DirectoryHandle;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.jspecify.annotations.Nullable;

/**
 * The audit log's folder, made the monitor's user's, who will go on making segments in it. Where that user may not pass
 * through the folders above it, it is held open and reached through /proc.
 */
public final class LogFolder implements AutoCloseable {
    private static final int MAY_BE_PASSED_BY_OTHERS = 1;

    private final Path path;
    private final @Nullable DirectoryHandle handle;

    private LogFolder(Path path, @Nullable DirectoryHandle handle) {
        this.path = path;
        this.handle = handle;
    }

    /** Prepares a folder that exists, for {@code user} if this process is root. */
    public static LogFolder forLater(Path folder, String user) {
        Optional<Account> account =
                Starter.isRoot() ? Account.named(user) : Optional.<Account>empty();
        if (account.isEmpty()) {
            return new LogFolder(folder, null);
        }
        try {
            Files.setAttribute(folder, "unix:uid", account.get().uid(), LinkOption.NOFOLLOW_LINKS);
            if (isReachable(folder.toRealPath())) {
                return new LogFolder(folder, null);
            }
            DirectoryHandle handle = DirectoryHandle.open(folder);
            return new LogFolder(handle.path(), handle);
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "--audit-dir: "
                            + folder
                            + " cannot be given to the user "
                            + user
                            + " ("
                            + IoReason.of(e)
                            + "); choose another",
                    e);
        }
    }

    private static boolean isReachable(Path folder) throws IOException {
        for (Path p = folder.getParent(); p != null; p = p.getParent()) {
            int mode = (Integer) Files.getAttribute(p, "unix:mode");
            if ((mode & MAY_BE_PASSED_BY_OTHERS) == 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Gives the user the log's files that are there: the first one was made before privileges were given up, and old ones
     * are to be read once more before they go.
     */
    public static void giveFiles(Path path, String user) {
        Optional<Account> account =
                Starter.isRoot() ? Account.named(user) : Optional.<Account>empty();
        if (account.isEmpty()) {
            return;
        }
        try {
            for (Path file : LogDirectory.segments(path)) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.setAttribute(
                            file, "unix:uid", account.get().uid(), LinkOption.NOFOLLOW_LINKS);
                }
            }
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the audit log's files in "
                            + path
                            + " cannot be given to the user "
                            + user
                            + " ("
                            + IoReason.of(e)
                            + ")",
                    e);
        }
    }

    /** The way to it that will do later, too. */
    public Path path() {
        return path;
    }

    @Override
    public void close() {
        if (handle != null) {
            handle.close();
        }
    }
}
