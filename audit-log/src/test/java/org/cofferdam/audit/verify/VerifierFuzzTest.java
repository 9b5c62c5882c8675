package org.cofferdam.audit.verify;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.MerkleTree;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.format.SegmentLayout;

/**
 * Any bytes as the segments of a log. The first byte of an input says what the rest is: a whole segment file; the payload
 * of a block whose header is made right, so that what lies behind the hashes is reached; or changes to the vectors' log,
 * three bytes each (place, value), after each of which the hashes of the block that was hit are made right, or not.
 *
 * <p>Whatever they are: the verifier answers and does not throw; a change is a finding, and if its block was made right, another
 * block's link or a checkpoint shows it, but for the block that closes the log, which nothing follows.
 */
final class VerifierFuzzTest {
    private static final int MOST_BYTES = 256 * 1024;
    private static final int SEGMENTS = 2;
    private static final int MOST_CHANGES = 64;

    private final Path directory = directory();
    private final List<byte[]> sound = vectors();

    @FuzzTest
    void nothingComesOfAnyLogButFindings(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, Math.min(input.length, MOST_BYTES));
        switch (input[0] & 3) {
            case 0 -> verify(List.of(rest));
            case 1 -> verify(List.of(segmentWith(rest), sound.get(1)));
            default -> changed(rest, (input[0] & 1) != 0);
        }
    }

    private void changed(byte[] changes, boolean madeRight) throws IOException {
        List<byte[]> log = new ArrayList<>(sound.stream().map(byte[]::clone).toList());
        for (int i = 0; i + 3 <= changes.length && i < 3 * MOST_CHANGES; i += 3) {
            int place = Bytes.u16(MemorySegment.ofArray(changes), i);
            byte[] file = log.get(place & 1);
            int at = (place >> 1) % file.length;
            file[at] = changes[i + 2];
            if (madeRight) {
                rehashBlockAt(file, at);
            }
        }
        boolean same = true;
        for (int i = 0; i < log.size(); i++) {
            same &= Arrays.equals(log.get(i), sound.get(i));
        }
        VerifyReport report = verify(log);
        if (!madeRight && report.ok() != same) {
            throw new AssertionError("changed bytes and " + report);
        }
        byte[] last = log.getLast();
        boolean followed =
                !same
                        && Arrays.equals(
                                last,
                                last.length - BlockLayout.HEADER_BYTES,
                                last.length,
                                sound.getLast(),
                                last.length - BlockLayout.HEADER_BYTES,
                                last.length);
        if (madeRight && followed && report.ok()) {
            throw new AssertionError("forged, and " + report);
        }
    }

    /** The first vector with its second block's payload replaced, hashes of that block right. */
    private byte[] segmentWith(byte[] payload) {
        byte[] file = sound.get(0);
        MemorySegment m = MemorySegment.ofArray(file);
        int second =
                SegmentLayout.HEADER_BYTES
                        + BlockLayout.HEADER_BYTES
                        + (int)
                                Bytes.u32(
                                        m, SegmentLayout.HEADER_BYTES + BlockLayout.PAYLOAD_BYTES);
        int bytes = payload.length & -8;
        byte[] made = new byte[second + BlockLayout.HEADER_BYTES + bytes];
        System.arraycopy(file, 0, made, 0, second + BlockLayout.HEADER_BYTES);
        System.arraycopy(payload, 0, made, second + BlockLayout.HEADER_BYTES, bytes);
        Bytes.u32(MemorySegment.ofArray(made), second + BlockLayout.PAYLOAD_BYTES, bytes);
        rehash(made, second, bytes);
        return made;
    }

    private static void rehashBlockAt(byte[] file, int place) {
        MemorySegment m = MemorySegment.ofArray(file);
        int at = SegmentLayout.HEADER_BYTES;
        while (at + BlockLayout.HEADER_BYTES <= file.length) {
            long payload = Bytes.u32(m, at + BlockLayout.PAYLOAD_BYTES);
            long end = at + BlockLayout.HEADER_BYTES + payload;
            if (end > file.length) {
                return;
            }
            if (place >= at && place < end) {
                rehash(file, at, (int) payload);
                return;
            }
            at = (int) end;
        }
    }

    /** Root, as far as there are records with lengths, checksum and hash of the block at {@code at}. */
    private static void rehash(byte[] file, int at, int payload) {
        MemorySegment m = MemorySegment.ofArray(file);
        MerkleTree tree = new MerkleTree();
        int begin = at + BlockLayout.HEADER_BYTES;
        for (int record = begin; record + RecordLayout.HEADER_BYTES <= begin + payload; ) {
            long length = Bytes.u32(m, record);
            if (length < RecordLayout.HEADER_BYTES
                    || length > RecordLayout.MAX_BYTES
                    || record + Bytes.align8((int) length) > begin + payload) {
                break;
            }
            tree.add(file, record, Bytes.align8((int) length));
            record += Bytes.align8((int) length);
        }
        tree.root().put(m, at + BlockLayout.MERKLE_ROOT);
        Bytes.u32(m, at + BlockLayout.PAYLOAD_CRC, BlockImage.payloadCrc(file, begin, payload));
        BlockHash.ofBlockHeader(BlockHash.sha256(), file, at).put(m, at + BlockLayout.HASH);
    }

    private VerifyReport verify(List<byte[]> files) throws IOException {
        for (int i = 0; i < SEGMENTS; i++) {
            Path file = directory.resolve(SegmentLayout.fileName(i + 1));
            if (i < files.size()) {
                Files.write(file, files.get(i));
            } else {
                Files.deleteIfExists(file);
            }
        }
        return AuditVerifier.verify(directory, (file, index, total) -> {});
    }

    private static Path directory() {
        try {
            Path made = Files.createTempDirectory("verifier-fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(made)));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path made) {
        try {
            for (Path file : LogDirectory.segments(made)) {
                Files.delete(file);
            }
            Files.delete(made);
        } catch (IOException e) {
            // It lies among temporary files.
            return;
        }
    }

    private static List<byte[]> vectors() {
        List<byte[]> files = new ArrayList<>();
        for (int i = 1; i <= SEGMENTS; i++) {
            String name = "/vectors/log/" + SegmentLayout.fileName(i);
            try (InputStream in = VerifierFuzzTest.class.getResourceAsStream(name)) {
                files.add(Objects.requireNonNull(in, name).readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }
}
