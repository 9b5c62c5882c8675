package org.cofferdam.audit.read;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.format.BlockHeader;

/**
 * How far a reader came in each log, as the number of the last block; can be kept in a file. One thread.
 *
 * <p>The file is text, a line for each log: its identity in 32 hexadecimal digits, a blank, the block's number. A log
 * that is not in it is read from its beginning.
 */
public final class StreamPosition {
    private static final String TITLE = "# cofferdam audit position, version 1";
    private static final long MAX_BYTES = 1024 * 1024;

    private final Map<String, Long> last = new TreeMap<>();

    /** At the beginning of every log. */
    public StreamPosition() {}

    /**
     * Reads a position; a file that does not exist is one at the beginning.
     *
     * @throws AuditLogException with one sentence if the file is none of ours
     */
    public static StreamPosition load(Path file) {
        StreamPosition position = new StreamPosition();
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new AuditLogException(
                        Problem.IO, file + " is too long for a position; name another file");
            }
            String[] lines = Files.readString(file, StandardCharsets.UTF_8).split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                boolean fits =
                        i == 0
                                ? lines[i].equals(TITLE)
                                : lines[i].isEmpty()
                                        || lines[i].matches("[0-9a-f]{32} [0-9]{1,19}");
                if (!fits) {
                    throw new AuditLogException(
                            Problem.IO,
                            file
                                    + ", line "
                                    + (i + 1)
                                    + ": this is no position that a query wrote; name another file or remove it");
                }
                if (i > 0 && !lines[i].isEmpty()) {
                    position.last.put(
                            lines[i].substring(0, 32),
                            Long.parseUnsignedLong(lines[i].substring(33)));
                }
            }
        } catch (NoSuchFileException e) {
            return position;
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot read the position in " + file + ": " + e, e);
        }
        return position;
    }

    /** Writes the position, by a new file that takes the old one's place. */
    public void save(Path file) {
        StringBuilder text = new StringBuilder(TITLE).append('\n');
        last.forEach(
                (log, block) ->
                        text.append(log)
                                .append(' ')
                                .append(Long.toUnsignedString(block))
                                .append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, text.toString(), StandardCharsets.UTF_8);
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot write the position to " + file + ": " + e, e);
        }
    }

    /** Whether the block was read before. */
    boolean isBehind(BlockHeader block) {
        Long read = last.get(key(block));
        return read != null && Long.compareUnsigned(block.number(), read) <= 0;
    }

    /** The block has been read. */
    void moveTo(BlockHeader block) {
        last.put(key(block), block.number());
    }

    private static String key(BlockHeader block) {
        return LogOrigin.idText(block.logIdHigh(), block.logIdLow());
    }
}
