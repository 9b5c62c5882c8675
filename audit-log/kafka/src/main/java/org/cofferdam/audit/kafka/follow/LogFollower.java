package org.cofferdam.audit.kafka.follow;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a log from one on, in the order of the files, also while they are written. One thread.
 *
 * <p>A block is handed out when it is whole: its hash and its payload's checksum are right. Damage is left out when
 * it cannot become a block any more, that is when something stands behind it. A segment is left when its writer has
 * sealed it, or when the next one has a block: until then the writer may still seal this one.
 */
public final class LogFollower implements AutoCloseable {
    /** Told of what is no block. */
    public interface Observer {
        /** A stretch of a file that is no sound block, in one sentence with its place. */
        void damaged(String sentence);
    }

    private final Path directory;
    private final Observer observer;
    private @Nullable OpenSegment segment;
    private int lastSegment;

    /** Follows the log in a directory, which need not be there yet. */
    public LogFollower(Path directory, Observer observer) {
        this.directory = directory;
        this.observer = observer;
    }

    /**
     * The header of the oldest segment that has a sound one; empty as long as there is none.
     *
     * @throws IOException if the directory is there and cannot be read
     */
    public Optional<SegmentHeader> oldest() throws IOException {
        for (Path file : segments(directory)) {
            Optional<SegmentHeader> header = header(file);
            if (header.isPresent()) {
                return header;
            }
        }
        return Optional.empty();
    }

    /**
     * Goes to the newest segment that may hold a block of this number; {@link #next} goes on from its first block, so
     * the caller passes over those before.
     */
    public void seek(long block) throws IOException {
        close();
        lastSegment = 0;
        for (Path file : segments(directory)) {
            Optional<SegmentHeader> header = header(file);
            if (header.isPresent() && header.get().firstBlock() <= block) {
                lastSegment = number(file) - 1;
            }
        }
    }

    /**
     * The next whole block, in memory of its own; null if there is none yet. It does not wait.
     *
     * @throws IOException if a file cannot be read; the call may be repeated
     */
    public @Nullable BlockImage next() throws IOException {
        while (true) {
            OpenSegment at = segment;
            if (at == null) {
                Path file = after(lastSegment);
                if (file == null) {
                    return null;
                }
                try {
                    segment = new OpenSegment(file);
                } catch (NoSuchFileException e) {
                    continue; // the retention took it between the look and the open
                }
                lastSegment = number(file);
                continue;
            }
            BlockImage block = at.next();
            if (block != null) {
                return block;
            }
            Path successor = after(lastSegment);
            if (successor == null || !(at.sealed || hasBlock(successor))) {
                return null;
            }
            // All that the writer put here was there before the successor's first block.
            block = at.last();
            if (block != null) {
                return block;
            }
            makeDurable();
            close();
        }
    }

    /** Returns when all that was handed out is on the device. */
    public void makeDurable() throws IOException {
        OpenSegment at = segment;
        if (at != null && at.handedOut) {
            // fdatasync(2) takes a file that is open for reading, and fsync(2) a directory.
            at.channel.force(false);
            if (!at.named) {
                try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                    names.force(true);
                }
                at.named = true;
            }
            at.handedOut = false;
        }
    }

    @Override
    public void close() throws IOException {
        OpenSegment at = segment;
        segment = null;
        if (at != null) {
            at.close();
        }
    }

    private @Nullable Path after(int number) throws IOException {
        for (Path file : segments(directory)) {
            if (number(file) > number) {
                return file;
            }
        }
        return null;
    }

    private static boolean hasBlock(Path file) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            return !(walker.step(SegmentLayout.HEADER_BYTES) instanceof SegmentStep.End);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    static List<Path> segments(Path directory) throws IOException {
        return Files.exists(directory) ? LogDirectory.segments(directory) : List.of();
    }

    private static Optional<SegmentHeader> header(Path file) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            return walker.header();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static int number(Path file) {
        return SegmentLayout.number(file).orElseThrow();
    }

    /** One file, and how far it was read. */
    private final class OpenSegment implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;
        private final SegmentWalker walker;
        private final byte[] head = new byte[BlockLayout.HEADER_BYTES];
        private long offset = SegmentLayout.HEADER_BYTES;
        private boolean sealed;
        private boolean handedOut;

        /** Whether the directory's entry for it is on the device. */
        private boolean named;

        OpenSegment(Path file) throws IOException {
            this.file = file;
            channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                walker = SegmentWalker.open(file);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        /** The block at the offset, or null: nothing there, or not yet, or damage at the file's end. */
        @Nullable BlockImage next() throws IOException {
            while (true) {
                BlockImage block = whole();
                if (block != null) {
                    return block;
                }
                if (!(walker.step(offset) instanceof SegmentStep.Damage damage) || damage.last()) {
                    return null;
                }
                pass(damage);
            }
        }

        /** The same when nothing will be written here any more. */
        @Nullable BlockImage last() throws IOException {
            while (true) {
                BlockImage block = next();
                if (block != null) {
                    return block;
                }
                SegmentStep step = walker.step(offset);
                if (step instanceof SegmentStep.End) {
                    step = walker.beyond(offset);
                }
                if (!(step instanceof SegmentStep.Damage damage)) {
                    return null;
                }
                pass(damage);
                if (damage.last()) {
                    return null;
                }
            }
        }

        private void pass(SegmentStep.Damage damage) {
            observer.damaged(
                    file.getFileName()
                            + ", bytes "
                            + damage.offset()
                            + " to "
                            + damage.end()
                            + " are no sound block ("
                            + damage.fault()
                            + ") and are not shipped");
            offset = damage.end();
        }

        /** The block at the offset if it is whole; one read of its header, one of all of it, judged by the second. */
        private @Nullable BlockImage whole() throws IOException {
            if (read(head) < head.length) {
                return null;
            }
            BlockHeader header = BlockHeader.read(MemorySegment.ofArray(head), 0);
            if (!header.plausible()) {
                return null;
            }
            byte[] bytes = new byte[header.totalBytes()]; // at most about 1 MiB: it is plausible
            if (read(bytes) < bytes.length) {
                return null;
            }
            BlockImage block = BlockImage.check(bytes).orElse(null);
            if (block != null) {
                offset += bytes.length;
                sealed |= block.header().rotated() || block.header().closed();
                handedOut = true;
            }
            return block;
        }

        private int read(byte[] into) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(into);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) <= 0) {
                    break;
                }
            }
            return buffer.position();
        }

        @Override
        public void close() throws IOException {
            try (channel) {
                walker.close();
            }
        }
    }
}
