package org.cofferdam.audit.verify;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.MerkleTree;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;

/** A real log in small segments of several blocks each, and hands that damage it. */
final class LogFixture {
    /** Where a block lies. */
    record Place(Path file, long offset, int bytes, long number) {}

    final Path dir;

    private LogFixture(Path dir) {
        this.dir = dir;
    }

    /** A log that is there. */
    static LogFixture in(Path dir) {
        return new LogFixture(dir);
    }

    static AuditOptions options(Path dir) {
        return AuditOptions.in(dir, "host").withSegmentBytes(AuditOptions.MIN_SEGMENT_BYTES);
    }

    /** A closed log of about {@code blocks} full blocks, three to a segment. */
    static LogFixture closed(Path dir, int blocks) {
        try (AuditLog log = AuditLog.open(options(dir))) {
            AuditSource source = log.source("domain", 1 << 20);
            write(log, source, blocks);
        }
        return new LogFixture(dir);
    }

    /** The same as it is found after the writer was killed: the files of a log that is still open. */
    static LogFixture killed(Path dir, Path copyTo, int blocks) throws IOException {
        try (AuditLog log = AuditLog.open(options(dir))) {
            write(log, log.source("domain", 1 << 20), blocks);
            Files.createDirectory(copyTo);
            for (Path file : LogDirectory.segments(dir)) {
                Files.copy(file, copyTo.resolve(file.getFileName()));
            }
        }
        Files.setPosixFilePermissions(
                copyTo, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        return new LogFixture(copyTo);
    }

    private static void write(AuditLog log, AuditSource source, int blocks) {
        for (int b = 0; b < blocks; b++) {
            // Never zero, so that no block ends in zeros.
            for (int i = 1; i <= 800; i++) {
                source.record(CrossingType.FAULT, b, i, -1, -2, -3, -4);
            }
            log.sync();
        }
    }

    List<Path> segments() throws IOException {
        return LogDirectory.segments(dir);
    }

    Path segment(int number) {
        return dir.resolve(SegmentLayout.fileName(number));
    }

    List<Place> blocks() throws IOException {
        List<Place> places = new ArrayList<>();
        for (Path file : segments()) {
            places.addAll(blocks(file));
        }
        return places;
    }

    List<Place> blocks(Path file) throws IOException {
        List<Place> places = new ArrayList<>();
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            long offset = SegmentLayout.HEADER_BYTES;
            while (walker.step(offset) instanceof SegmentStep.Block b) {
                places.add(new Place(file, offset, b.header().totalBytes(), b.header().number()));
                offset = b.end();
            }
        }
        return places;
    }

    /** A block in the middle of segment 2. */
    Place middle() throws IOException {
        return blocks(segment(2)).get(1);
    }

    interface Change {
        byte[] apply(byte[] bytes);
    }

    void change(Path file, Change change) throws IOException {
        Files.write(file, change.apply(Files.readAllBytes(file)));
    }

    void flip(Path file, long offset, int bit) throws IOException {
        change(
                file,
                bytes -> {
                    bytes[(int) offset] ^= (byte) (1 << bit);
                    return bytes;
                });
    }

    /** Changes a block and makes root, checksum and hash right again, as one who knows the format would. */
    void forge(Place place, Consumer<MemorySegment> edit) throws IOException {
        change(
                place.file,
                bytes -> {
                    byte[] block =
                            Arrays.copyOfRange(
                                    bytes, (int) place.offset, (int) place.offset + place.bytes);
                    edit.accept(MemorySegment.ofArray(block));
                    rehash(block);
                    System.arraycopy(block, 0, bytes, (int) place.offset, block.length);
                    return bytes;
                });
    }

    /** Makes root, checksum and hash of a block right. */
    static void rehash(byte[] block) {
        MemorySegment m = MemorySegment.ofArray(block);
        MerkleTree tree = new MerkleTree();
        for (int at = BlockLayout.HEADER_BYTES; at < block.length; ) {
            int padded = Bytes.align8((int) Bytes.u32(m, at));
            tree.add(block, at, padded);
            at += padded;
        }
        tree.root().put(m, BlockLayout.MERKLE_ROOT);
        Bytes.u32(
                m,
                BlockLayout.PAYLOAD_CRC,
                BlockImage.payloadCrc(
                        block, BlockLayout.HEADER_BYTES, block.length - BlockLayout.HEADER_BYTES));
        BlockHash.ofBlockHeader(BlockHash.sha256(), block, 0).put(m, BlockLayout.HASH);
    }

    /** The hash that a block carries. */
    BlockHash hash(Place place) throws IOException {
        return BlockHash.at(
                MemorySegment.ofArray(Files.readAllBytes(place.file)),
                place.offset + BlockLayout.HASH);
    }

    static long u64(byte[] bytes, long at) {
        return Bytes.u64(MemorySegment.ofArray(bytes), at);
    }

    VerifyReport verify() {
        return AuditVerifier.verify(dir, (file, index, total) -> {});
    }
}
