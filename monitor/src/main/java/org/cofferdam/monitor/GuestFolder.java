package org.cofferdam.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.privilege.Account;
import org.cofferdam.binding.privilege.DirectoryHandle;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.GuestMode;
import org.cofferdam.monitor.config.GuestSpec;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.confinement.StarterChannel;
import org.cofferdam.proxy.vhostuser.Arrivals;

/**
 * The folder of guests' sockets: made at the start, given to the user that the monitor becomes, and held open, since
 * that user may not pass through the folders above it. A socket anywhere else can be made before the monitor gives its
 * privileges up only.
 *
 * <p>A socket's file lets in its port's user: mode 0600 for root, else 0666, and each who connects is asked for by
 * SO_PEERCRED.
 */
final class GuestFolder implements AutoCloseable {
    private static final int BACKLOG = 4;

    /** Stand around the name of a guest's socket in that of its reports; no guest's name begins with a dot. */
    private static final String REPORTS_PREFIX = ".";

    private static final String REPORTS_SUFFIX = ".calls";

    /** sun_path without its NUL, unix(7). */
    private static final int LONGEST_PATH = 107;

    private final Path folder;
    private final DirectoryHandle handle;
    private boolean confined;

    private GuestFolder(Path folder, DirectoryHandle handle) {
        this.folder = folder;
        this.handle = handle;
    }

    /** Makes the folder if it is not there, for {@code user} if this process is root. */
    static GuestFolder open(Path folder, Optional<Account> user) {
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(folder);
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            if (user.isPresent()) {
                Files.setAttribute(folder, "unix:uid", user.get().uid(), LinkOption.NOFOLLOW_LINKS);
            }
            return new GuestFolder(folder, DirectoryHandle.open(folder));
        } catch (IOException | NativeCallException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "--guest-dir: "
                            + folder
                            + " cannot be made or used ("
                            + (e instanceof IOException io ? IoReason.of(io) : e.getMessage())
                            + "); choose another",
                    e);
        }
    }

    /** From now on sockets are made in this folder only. */
    void confine() {
        confined = true;
    }

    /** Where a guest's front end connects or listens. */
    Path place(GuestSpec spec) {
        return spec.socket().orElse(folder.resolve(spec.name().value()));
    }

    /**
     * Makes a guest's socket; one that a dead monitor left is replaced.
     *
     * @throws OperatorError if it cannot be made there
     */
    UnixListener listen(GuestSpec spec) {
        return listen(spec, place(spec));
    }

    /**
     * Makes the socket beside a guest's own where its launcher reports refused system calls.
     *
     * @throws OperatorError if it cannot be made there
     */
    UnixListener listenForReports(GuestSpec spec) {
        return listen(spec, reports(spec));
    }

    private Path reports(GuestSpec spec) {
        Path place = place(spec);
        return place.resolveSibling(REPORTS_PREFIX + place.getFileName() + REPORTS_SUFFIX);
    }

    private UnixListener listen(GuestSpec spec, Path place) {
        Path reached = reach(place);
        try {
            remove(reached);
            UnixListener listener = UnixListener.bind(reached, BACKLOG);
            String mode = spec.uid() == 0 ? "rw-------" : "rw-rw-rw-";
            Files.setPosixFilePermissions(reached, PosixFilePermissions.fromString(mode));
            return listener;
        } catch (IOException | NativeCallException | IllegalArgumentException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the socket " + place + " cannot be made (" + e.getMessage() + ")",
                    e);
        }
    }

    /**
     * How the monitor connects to a guest's front end: by its starter, since it may not itself.
     *
     * @param fixed the guests of the configuration file, whose places the starter knows from the start
     * @throws OperatorError if nobody connects to that place
     */
    Arrivals.Connector connector(GuestSpec spec, List<GuestSpec> fixed) {
        Path place = place(spec);
        StarterChannel starter =
                StarterChannel.inherited()
                        .orElseThrow(
                                () ->
                                        OperatorError.environment(
                                                "a monitor connects to front ends by its starter, and this one has"
                                                        + " none; start it with ops/monitor, or use --mode server"));
        boolean known =
                folder.equals(place.getParent())
                        || fixed.stream()
                                .anyMatch(
                                        guest ->
                                                guest.mode() == GuestMode.CLIENT
                                                        && guest.socket()
                                                                .equals(Optional.of(place)));
        if (!known) {
            throw OperatorError.refused(
                    "a monitor connects to sockets in "
                            + folder
                            + " and to those that the configuration file names only; leave --socket out, or name the"
                            + " guest in the configuration file");
        }
        if (place.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw OperatorError.usage(
                    "socket: "
                            + place
                            + " is longer than "
                            + LONGEST_PATH
                            + " bytes, which a Unix socket cannot have; choose a shorter one");
        }
        return () -> starter.connectGuest(place);
    }

    private Path reach(Path place) {
        if (folder.equals(place.getParent())) {
            return handle.path().resolve(String.valueOf(place.getFileName()));
        }
        if (confined) {
            throw OperatorError.refused(
                    "a monitor that has given up its privileges makes sockets in "
                            + folder
                            + " only; leave --socket out, or name the guest in the configuration file");
        }
        return place;
    }

    /** Removes a guest's socket, as far as that may still be done; one that its front end made is the front end's. */
    void remove(GuestSpec spec) {
        if (spec.mode() == GuestMode.CLIENT) {
            return;
        }
        try {
            remove(reach(reports(spec)));
            remove(reach(place(spec)));
        } catch (IOException | OperatorError e) {
            // A file that nobody listens on any more; the next start of the guest's port replaces
            // it.
            return;
        }
    }

    private static void remove(Path place) throws IOException {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & 0xf000) != 0xc000) { // S_IFMT, S_IFSOCK: inode(7)
            throw new IOException(place + " exists and is not a socket");
        }
        Files.deleteIfExists(place);
    }

    @Override
    public void close() {
        handle.close();
    }
}
