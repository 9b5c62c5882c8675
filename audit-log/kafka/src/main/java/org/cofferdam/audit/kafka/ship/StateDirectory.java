package org.cofferdam.audit.kafka.ship;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.kafka.ship.ShippingException.End;
import org.jspecify.annotations.Nullable;

/**
 * The directory where a shipper tells others on its machine how far it is: files {@code shipped} and
 * {@code shipper.prom}, each replaced as a whole. Its lock keeps a second shipper of this directory away; what keeps
 * one of another machine away is the brokers' business. Any thread.
 *
 * <p>The shipper itself never reads its position from here: the brokers know it, in one transaction with the blocks.
 */
final class StateDirectory implements AutoCloseable {
    /** The position, for the retention of the log's owner. */
    static final String SHIPPED = "shipped";

    /** The counters in Prometheus' text format. */
    static final String COUNTERS = "shipper.prom";

    private static final String LOCK = "lock";

    private static final Set<PosixFilePermission> READABLE =
            PosixFilePermissions.fromString("rw-r--r--");

    private final Path directory;
    private final FileChannel lock;

    private StateDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is not there, and takes its lock.
     *
     * @throws ShippingException with one sentence if that cannot be
     */
    static StateDirectory claim(Path directory) {
        FileChannel channel = null;
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
                Files.setPosixFilePermissions(
                        directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            channel =
                    FileChannel.open(
                            directory.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new ShippingException(
                        End.REFUSED,
                        "another shipper uses the folder "
                                + directory
                                + "; stop it or name another with --state-dir");
            }
            return new StateDirectory(directory, channel);
        } catch (IOException e) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "the folder "
                            + directory
                            + " cannot be used ("
                            + e.getClass().getSimpleName()
                            + "); name one that this user may write in with --state-dir",
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Says that all blocks up to one are committed; on the device when this returns. */
    void shipped(LogIdentity log, long block, BlockHash hash, Instant when) throws IOException {
        replace(
                SHIPPED,
                "cofferdam-shipped 1\nlog "
                        + log.hex()
                        + "\nblock "
                        + Long.toUnsignedString(block)
                        + "\nhash "
                        + hash.hex()
                        + "\ntime "
                        + when
                        + "\n",
                true);
    }

    /** Shows the counters. */
    void counters(String prometheus) throws IOException {
        replace(COUNTERS, prometheus, false);
    }

    /** What {@code shipped} says now, for tests and for those who look; empty if there is none. */
    static Optional<String> readShipped(Path directory) throws IOException {
        Path file = directory.resolve(SHIPPED);
        return Files.exists(file)
                ? Optional.of(Files.readString(file, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    private void replace(String name, String text, boolean durable) throws IOException {
        Path fresh = directory.resolve(name + ".new");
        try (FileChannel file =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                if (file.write(bytes) < 0) {
                    break;
                }
            }
            if (durable) {
                file.force(true);
            }
        }
        // The monitor, another user, reads it, and whoever collects figures; there is no secret in
        // it.
        Files.setPosixFilePermissions(fresh, READABLE);
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
