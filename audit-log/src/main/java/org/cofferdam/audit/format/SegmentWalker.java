package org.cofferdam.audit.format;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Walks the blocks of one segment file, whoever wrote it. One thread.
 *
 * <p>Trusts nothing: each block is read once into private memory, its length is bounded before it is used,
 * and hash and checksum are computed over the copy. The Merkle root is the verifier's business. Damage is an answer, not an exception; an IOException means that
 * the file could not be read.
 */
public final class SegmentWalker implements AutoCloseable {
    /** A write(2) that is stopped leaves whole pages behind it. */
    private static final int PAGE = 4096;

    private static final int CHUNK = 64 * 1024;

    private final FileChannel channel;
    private final MessageDigest sha256 = BlockHash.sha256();
    private byte[] bytes = new byte[BlockLayout.HEADER_BYTES + BlockLayout.MAX_PAYLOAD];
    private MemorySegment memory = MemorySegment.ofArray(bytes);

    /** Something that is not zero stands just before this offset, by the last look at the file's end. */
    private long lastData;

    private SegmentWalker(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens a segment file for reading. */
    public static SegmentWalker open(Path file) throws IOException {
        return new SegmentWalker(FileChannel.open(file, StandardOpenOption.READ));
    }

    /** The file's size now. */
    public long size() throws IOException {
        return channel.size();
    }

    /** The segment's header, or empty if it is damaged. */
    public Optional<SegmentHeader> header() throws IOException {
        byte[] header = new byte[SegmentLayout.HEADER_BYTES];
        return read(header, 0, header.length) < header.length
                ? Optional.empty()
                : SegmentHeader.decode(header, sha256);
    }

    /** What stands at {@code offset}: cheap where it is a block or the end, a search where it is damage. */
    public SegmentStep step(long offset) throws IOException {
        int got = read(bytes, offset, BlockLayout.HEADER_BYTES);
        if (got < BlockLayout.HEADER_BYTES) {
            return allZero(bytes, 0, got) ? new SegmentStep.End(offset) : damage(offset);
        }
        if (allZero(bytes, 0, got)) {
            return new SegmentStep.End(offset);
        }
        BlockHeader header = BlockHeader.read(memory, 0);
        if (!header.plausible() || offset + header.totalBytes() > channel.size()) {
            return damage(offset);
        }
        if (header.totalBytes() > bytes.length) {
            // At most 1 MiB: plausible() bounds it.
            bytes = new byte[BlockLayout.HEADER_BYTES + BlockLayout.READABLE_PAYLOAD];
            memory = MemorySegment.ofArray(bytes);
        }
        // The header is read again with its payload, and both are judged by this second copy alone.
        int total = header.totalBytes();
        if (read(bytes, offset, total) < total) {
            return damage(offset);
        }
        BlockHeader copy = BlockHeader.read(memory, 0);
        if (!copy.plausible()
                || copy.totalBytes() != total
                || !BlockHash.ofBlockHeader(sha256, bytes, 0).equals(copy.hash())
                || BlockImage.payloadCrc(bytes, BlockLayout.HEADER_BYTES, (int) copy.payloadBytes())
                        != copy.payloadCrc()) {
            return damage(offset);
        }
        return new SegmentStep.Block(
                offset,
                copy,
                memory.asSlice(BlockLayout.HEADER_BYTES, total - BlockLayout.HEADER_BYTES)
                        .asReadOnly());
    }

    /** A copy of the header's bytes of the block that {@link #step} found last. */
    public byte[] headerBytes() {
        return Arrays.copyOf(bytes, BlockLayout.HEADER_BYTES);
    }

    /**
     * The header at {@code offset} if its hash is right and its block would fit the file, else empty. Nothing is said of
     * the payload, which is not read.
     */
    public Optional<BlockHeader> peek(long offset) throws IOException {
        if (offset < SegmentLayout.HEADER_BYTES
                || read(bytes, offset, BlockLayout.HEADER_BYTES) < BlockLayout.HEADER_BYTES) {
            return Optional.empty();
        }
        BlockHeader header = BlockHeader.read(memory, 0);
        boolean sound =
                header.plausible()
                        && offset + header.totalBytes() <= channel.size()
                        && BlockHash.ofBlockHeader(sha256, bytes, 0).equals(header.hash());
        return sound ? Optional.of(header) : Optional.empty();
    }

    /** A copy of header and payload of the block that the last {@link #step} told of. */
    public byte[] image() {
        return Arrays.copyOf(bytes, BlockHeader.read(memory, 0).totalBytes());
    }

    /**
     * Looks behind zeros: what {@link #step} took for the end is damage if anything stands behind it.
     *
     * @return the damage, or the end if it is one
     */
    public SegmentStep beyond(long end) throws IOException {
        return dataEnd(end) <= end ? new SegmentStep.End(end) : damage(end);
    }

    /** The offset behind the last byte from {@code from} on that is not zero, or {@code from}. */
    public long dataEnd(long from) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long position = Math.max(from, channel.size());
        while (position > from) {
            int length = (int) Math.min(CHUNK, position - from);
            int got = read(chunk, position - length, length);
            for (int i = got - 1; i >= 0; i--) {
                if (chunk[i] != 0) {
                    return position - length + i + 1;
                }
            }
            position -= length;
        }
        return from;
    }

    /**
     * Whether only zeros follow. Looked at once for many damaged blocks: who filled a file with those and left a long
     * empty end behind them would else have all of that read for each.
     */
    private boolean nothingBehind(long end) throws IOException {
        if (lastData <= end) {
            lastData = dataEnd(end);
        }
        return lastData <= end;
    }

    private SegmentStep.Damage damage(long offset) throws IOException {
        long size = channel.size();
        byte[] head = new byte[BlockLayout.HEADER_BYTES];
        int got = read(head, offset, head.length);
        BlockHeader header = BlockHeader.read(MemorySegment.ofArray(head), 0);
        boolean plausible = got == head.length && header.plausible();
        if (plausible && offset + header.totalBytes() <= size) {
            long end = offset + header.totalBytes();
            if (end == size || startsBlock(end)) {
                return new SegmentStep.Damage(
                        offset, end, SegmentStep.Fault.HASH, nothingBehind(end));
            }
            if (zeroHeader(end) && nothingBehind(end)) {
                SegmentStep.Fault fault =
                        torn(offset, end) ? SegmentStep.Fault.TORN : SegmentStep.Fault.HASH;
                return new SegmentStep.Damage(offset, end, fault, true);
            }
        }
        long next = search(offset + 1);
        boolean last = next < 0;
        long end = last ? dataEnd(offset) : next;
        if (dataEndBefore(offset, end) <= offset) {
            return new SegmentStep.Damage(offset, end, SegmentStep.Fault.HOLE, last);
        }
        if (soundButForItsMeasures(offset, end)) {
            return new SegmentStep.Damage(offset, end, SegmentStep.Fault.HASH, last);
        }
        boolean runsOver = plausible && offset + header.totalBytes() > size;
        boolean cut = last && (got < head.length || runsOver);
        return new SegmentStep.Damage(
                offset, end, cut ? SegmentStep.Fault.CUT : SegmentStep.Fault.NO_HEADER, last);
    }

    /** Whether the stretch is a block when magic, version and length are put right: then they were changed. */
    private boolean soundButForItsMeasures(long offset, long end) throws IOException {
        // In a file that is not sealed zeros follow, and the payload itself may end with some.
        for (long candidate = Bytes.align8((int) Math.min(end - offset, CHUNK * 32L));
                candidate <= end - offset + 64;
                candidate += 8) {
            long payload = candidate - BlockLayout.HEADER_BYTES;
            if (payload < 0 || payload > BlockLayout.READABLE_PAYLOAD) {
                return false;
            }
            byte[] block = new byte[(int) candidate];
            if (read(block, offset, block.length) < block.length) {
                return false;
            }
            MemorySegment m = MemorySegment.ofArray(block);
            Bytes.u64(m, BlockLayout.MAGIC, BlockLayout.MAGIC_VALUE);
            Bytes.u16(m, BlockLayout.VERSION, BlockLayout.CURRENT_VERSION);
            Bytes.u32(m, BlockLayout.PAYLOAD_BYTES, payload);
            if (BlockHash.ofBlockHeader(sha256, block, 0)
                    .equals(BlockHash.at(m, BlockLayout.HASH))) {
                return true;
            }
        }
        return false;
    }

    private boolean torn(long offset, long end) throws IOException {
        long page = (end - 1) & -PAGE;
        return page > offset && dataEndBefore(page, end) <= page;
    }

    private long dataEndBefore(long from, long end) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (long position = end; position > from; ) {
            int length = (int) Math.min(CHUNK, position - from);
            int got = read(chunk, position - length, length);
            if (!allZero(chunk, 0, got)) {
                return position;
            }
            position -= length;
        }
        return from;
    }

    private boolean startsBlock(long offset) throws IOException {
        byte[] head = new byte[BlockLayout.HEADER_BYTES];
        return read(head, offset, head.length) == head.length
                && BlockHeader.read(MemorySegment.ofArray(head), 0).plausible();
    }

    private boolean zeroHeader(long offset) throws IOException {
        byte[] head = new byte[BlockLayout.HEADER_BYTES];
        return allZero(head, 0, read(head, offset, head.length));
    }

    /** The first offset from {@code from} on with a plausible block header, or -1. */
    private long search(long from) throws IOException {
        byte[] chunk = new byte[CHUNK + 8];
        MemorySegment m = MemorySegment.ofArray(chunk);
        long size = channel.size();
        for (long position = from; position < size; position += CHUNK) {
            int got = read(chunk, position, chunk.length);
            for (int i = 0; i + 8 <= got && i < CHUNK; i++) {
                if (chunk[i] == 'C'
                        && Bytes.u64(m, i) == BlockLayout.MAGIC_VALUE
                        && startsBlock(position + i)) {
                    return position + i;
                }
            }
        }
        return -1;
    }

    private static boolean allZero(byte[] array, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (array[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Reads up to {@code length} bytes; fewer only at the end of the file. */
    private int read(byte[] into, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
        while (buffer.hasRemaining()) {
            int n = channel.read(buffer, position + buffer.position());
            if (n <= 0) {
                break;
            }
        }
        return buffer.position();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
