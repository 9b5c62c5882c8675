package org.cofferdam.audit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.binding.NativeCallException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One segment that is being written. The writer's thread only, but for {@link #sync}.
 *
 * <p>All its disk space is reserved when it is made, so a full disk shows there and not in the middle of a
 * block. It gets its name when its header is on the device, and the name is there when it has been made: a file named
 * as a segment always has a header, also after a loss of power.
 */
final class SegmentFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFile.class);
    private static final int MODE = 0600;
    private static final int MODE_OF_A_GROUP = 0640;

    private final SegmentStore.StoredFile file;
    private final SegmentHeader header;
    private long position = SegmentLayout.HEADER_BYTES;

    private SegmentFile(SegmentStore.StoredFile file, SegmentHeader header) {
        this.file = file;
        this.header = header;
    }

    /**
     * Makes the segment that {@code wanted} describes; its hash is computed here.
     *
     * @throws NativeCallException ENOSPC among others; nothing is left behind then
     */
    static SegmentFile create(
            SegmentStore store, Path directory, SegmentHeader wanted, MessageDigest sha256) {
        Path name = directory.resolve(SegmentLayout.fileName(wanted.number()));
        Path unfinished = Path.of(name + SegmentLayout.UNFINISHED_SUFFIX);
        byte[] bytes = SegmentHeader.encode(wanted, sha256);
        SegmentHeader header = SegmentHeader.decode(bytes, sha256).orElseThrow();
        SegmentStore.StoredFile file = store.create(unfinished, mode(directory));
        Path there = unfinished;
        boolean done = false;
        try (Arena arena = Arena.ofConfined()) {
            file.allocate(wanted.allocated());
            MemorySegment m = arena.allocate(bytes.length, 8);
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, m, 0, bytes.length);
            file.write(m, bytes.length, 0);
            file.syncData();
            store.rename(unfinished, name);
            there = name;
            store.syncDirectory();
            done = true;
            return new SegmentFile(file, header);
        } finally {
            if (!done) {
                file.close();
                deleteQuietly(store, there);
            }
        }
    }

    /** Whoever may list the folder by its group, such as a shipper, may read the segments. */
    private static int mode(Path directory) {
        try {
            return Files.getPosixFilePermissions(directory).contains(PosixFilePermission.GROUP_READ)
                    ? MODE_OF_A_GROUP
                    : MODE;
        } catch (IOException e) {
            return MODE;
        }
    }

    private static void deleteQuietly(SegmentStore store, Path file) {
        try {
            store.delete(file);
        } catch (NativeCallException e) {
            // The failure that brought us here is the one to report; the next start removes the
            // rest.
            LOG.debug("Cannot remove {}", file, e);
        }
    }

    SegmentHeader header() {
        return header;
    }

    /** Bytes that are left in the reserved space. */
    long room() {
        return header.allocated() - position;
    }

    /** Appends the block; when this throws, nothing is appended and the call can be repeated. */
    void append(BlockBuilder block) {
        file.write(block.sealed(), block.totalBytes(), position);
        position += block.totalBytes();
    }

    /** Returns when all that was appended before is on the device. Any thread, while the file is open. */
    void sync() {
        file.syncData();
    }

    /**
     * Cuts off the space that no block took, once the last block is on the device: a file that is cut and does not end
     * with it looks like a crime. Whether the cut is there, too, matters to nobody.
     */
    void seal() {
        file.syncData();
        file.truncate(position);
    }

    @Override
    public void close() {
        file.close();
    }
}
