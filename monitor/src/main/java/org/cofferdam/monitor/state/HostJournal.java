package org.cofferdam.monitor.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;

/**
 * The list of changes to the host that are, or may be, in force. Write-ahead: {@link #willDo} returns when the line is
 * in the file, and only then may the change be made; {@link #undone} follows when it has been taken back. Lines read
 *
 * <pre>
 * netns 4026531840        the network namespace that the changes to interfaces are in (inode of /proc/self/ns/net)
 * do 1 tap cofferdam0
 * do 2 clsact veth7 12
 * undone 2
 * </pre>
 *
 * A line without its line break was cut by the writer's death; its change was never begun. The file lives in /run,
 * which does not outlast the machine any more than the changes do, so it is not synced to a disk.
 */
public final class HostJournal implements AutoCloseable {
    static final String FILE_NAME = "journal";

    private final FileChannel file;
    private int last;

    private HostJournal(FileChannel file) {
        this.file = file;
    }

    /** What an earlier monitor left: its network namespace and the changes not taken back, oldest first. */
    record Left(long networkNamespace, List<HostChange> changes) {
        static final Left NOTHING = new Left(0, List.of());
    }

    /** A change in the list; {@link #undone} takes it off. */
    public record Entry(int number, HostChange change) {}

    /** Starts an empty journal in place of an earlier one, which must have been dealt with. */
    static HostJournal create(Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        Files.deleteIfExists(path);
        FileChannel file =
                FileChannel.open(
                        path,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        HostJournal journal = new HostJournal(file);
        journal.write("netns " + networkNamespace());
        return journal;
    }

    /** Notes a change that is about to be made. */
    public synchronized Entry willDo(HostChange change) {
        int number = ++last;
        try {
            write("do " + number + " " + change.line());
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "the run directory's journal cannot be written ("
                            + e.getMessage()
                            + "), so nothing is changed on the host; make room there",
                    e);
        }
        return new Entry(number, change);
    }

    /** Notes that a change has been taken back. */
    public synchronized void undone(Entry entry) {
        try {
            write("undone " + entry.number());
        } catch (IOException e) {
            // The next start then finds the thing gone, and that is all right too.
            throw OperatorError.failure(
                    "the run directory's journal cannot be written (" + e.getMessage() + ")", e);
        }
    }

    private void write(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** Reads what is left of an earlier journal in this directory. */
    static Left read(Path directory) throws IOException {
        Path path = directory.resolve(FILE_NAME);
        if (!Files.exists(path)) {
            return Left.NOTHING;
        }
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        long namespace = 0;
        Map<Integer, HostChange> changes = new LinkedHashMap<>();
        for (String line : whole.lines().toList()) {
            String[] f = line.split(" ", 3);
            try {
                if (f[0].equals("netns") && f.length == 2) {
                    namespace = Long.parseLong(f[1]);
                } else if (f[0].equals("undone") && f.length == 2) {
                    changes.remove(Integer.parseInt(f[1]));
                } else if (f[0].equals("do") && f.length == 3) {
                    int number = Integer.parseInt(f[1]);
                    Optional<HostChange> change = HostChange.parse(f[2]);
                    change.ifPresent(c -> changes.put(number, c));
                }
            } catch (NumberFormatException notALine) {
                // Only what reads as a change is acted on.
            }
        }
        return new Left(namespace, new ArrayList<>(changes.values()));
    }

    /** The inode that names this process's network namespace (namespaces(7)). */
    static long networkNamespace() throws IOException {
        return (Long) Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
