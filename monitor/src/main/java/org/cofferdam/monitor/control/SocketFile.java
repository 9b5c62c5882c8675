package org.cofferdam.monitor.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;

/**
 * The control socket's place in the file system.
 *
 * <p>bind(2) makes a socket with the mode that the umask leaves, so for a moment anybody could connect. Therefore the
 * socket is bound inside a folder of mode 0700 beside its place, gets mode 0600 there, and only then is renamed to
 * where callers look for it: nobody ever sees it with another mode, or before it answers.
 */
public final class SocketFile {
    private final Path place;
    private final Path folder;
    private boolean starterRemoves;

    private SocketFile(Path place, Path folder) {
        this.place = place;
        this.folder = folder;
    }

    /**
     * Makes the place free: a socket that nobody serves any more is removed.
     *
     * @throws OperatorError (environment) if a live process answers there, or something else than a socket lies there
     */
    static SocketFile claim(Path place) {
        Path parent = place.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw OperatorError.environment(
                    "the control socket "
                            + place
                            + " has no folder to lie in; create "
                            + parent
                            + " or choose another --socket");
        }
        try {
            removeStale(place);
            Path folder = parent.resolve("." + ProcessHandle.current().pid());
            Files.deleteIfExists(folder.resolve("s"));
            Files.deleteIfExists(folder); // left by a killed process that had this pid
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            return new SocketFile(place, folder);
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "cannot make the control socket "
                            + place
                            + " ("
                            + IoReason.of(e)
                            + "); check the folder's permissions and space",
                    e);
        }
    }

    private static void removeStale(Path place) throws IOException {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & 0xf000) != 0xc000) { // S_IFMT, S_IFSOCK: inode(7)
            throw OperatorError.environment(
                    place + " exists and is not a socket; remove it or choose another --socket");
        }
        refuseIfServed(place);
        Files.deleteIfExists(place);
    }

    /** Refuses a place where a process answers; a socket that a dead one left is none of its business. */
    public static void refuseIfServed(Path place) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(place));
        } catch (IOException nobodyThere) {
            return;
        }
        throw OperatorError.environment(
                "the control socket "
                        + place
                        + " is in use by a running process; stop it or choose another --socket and --run-dir");
    }

    /** Where callers find it. */
    Path path() {
        return place;
    }

    /** Where to bind. */
    Path bindPath() {
        return folder.resolve("s");
    }

    /** Lets callers find the bound socket. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(bindPath(), PosixFilePermissions.fromString("rw-------"));
        Files.move(bindPath(), place, StandardCopyOption.ATOMIC_MOVE);
        Files.delete(folder);
    }

    /** From now on this process may not remove it: its starter does. */
    void leaveToStarter() {
        starterRemoves = true;
    }

    /** Removes the socket of a monitor that has ended; for its starter. */
    public static void removeDead(Path place) throws IOException {
        removeStale(place);
    }

    /** Removes whatever of it exists. */
    void remove() throws IOException {
        if (starterRemoves) {
            return;
        }
        Files.deleteIfExists(place);
        Files.deleteIfExists(bindPath());
        Files.deleteIfExists(folder);
    }
}
