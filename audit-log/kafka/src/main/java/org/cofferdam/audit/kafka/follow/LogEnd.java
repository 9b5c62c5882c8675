package org.cofferdam.audit.kafka.follow;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.SegmentLayout;
import org.jspecify.annotations.Nullable;

/**
 * The newest block of a log, found by its headers alone: for the lag that is shown, where a wrong answer of a damaged
 * file harms nobody. One thread.
 */
public final class LogEnd {
    private final Path directory;
    private final byte[] head = new byte[BlockLayout.HEADER_BYTES];
    private @Nullable Path file;
    private long offset;
    private @Nullable BlockHeader newest;

    /** Looks at the log in a directory, which need not be there yet. */
    public LogEnd(Path directory) {
        this.directory = directory;
    }

    /** The newest block's header now; null as long as no block was seen. */
    public @Nullable BlockHeader look() throws IOException {
        List<Path> files = LogFollower.segments(directory);
        if (files.isEmpty()) {
            return newest;
        }
        Path last = files.getLast();
        if (!last.equals(file)) {
            file = last;
            offset = SegmentLayout.HEADER_BYTES;
        }
        try (FileChannel channel = FileChannel.open(last, StandardOpenOption.READ)) {
            while (channel.read(ByteBuffer.wrap(head), offset) == head.length) {
                BlockHeader header = BlockHeader.read(MemorySegment.ofArray(head), 0);
                if (!header.plausible()) {
                    break;
                }
                newest = header;
                offset += header.totalBytes();
            }
        } catch (NoSuchFileException e) {
            file = null; // the retention took it, or a recovery one that was never used
        }
        return newest;
    }
}
