package org.cofferdam.audit.read;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.ocsf.OcsfContext;
import org.cofferdam.audit.ocsf.OcsfEvent;

/**
 * The first byte of the input says what the rest is: a whole segment file, or the payload of a block whose header is
 * made right, so that the parser behind the hashes is reached.
 *
 * <p>Whatever they are: the reader brings crossings and sentences and does not throw, every form of output takes every
 * crossing and stays one line without control characters, and a filter never finds what reading all would not.
 */
final class ReaderFuzzTest {
    private static final int MOST_BYTES = 128 * 1024;

    private final Path directory = directory();

    private static Path directory() {
        try {
            Path made = Files.createTempDirectory("reader-fuzz");
            made.toFile().deleteOnExit();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FuzzTest
    void anySegmentBringsCrossingsAndSentencesAndNeverAnException(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, Math.min(input.length, MOST_BYTES));
        Path file = directory.resolve(SegmentLayout.fileName(1));
        Files.write(file, (input[0] & 1) == 0 ? rest : segmentWith(rest));
        file.toFile().deleteOnExit();
        List<String> all = read(AuditFilter.all());
        AuditFilter refusals =
                AuditFilter.all()
                        .withTypes(Set.of(CrossingType.GUEST_CALL_REFUSED, CrossingType.BURST_IN))
                        .withPorts(Set.of(3L));
        List<String> some = read(refusals);
        if (!all.containsAll(some)) {
            throw new AssertionError("a filter found what is not there");
        }
    }

    private List<String> read(AuditFilter filter) {
        List<String> lines = new ArrayList<>();
        try (AuditStream stream = AuditStream.of(directory).filter(filter)) {
            stream.forEach((crossing, place) -> lines.add(lines(crossing, place)));
        }
        return lines;
    }

    private static String lines(Crossing crossing, CrossingPlace place) {
        String json = CrossingFormat.json(crossing);
        for (String line :
                List.of(
                        json,
                        CrossingFormat.compact(crossing),
                        CrossingCsv.line(crossing, place),
                        OcsfEvent.json(crossing, OcsfContext.of(place.origin(), place.block())))) {
            if (line.chars().anyMatch(Character::isISOControl)) {
                throw new AssertionError("a control character in " + line);
            }
        }
        return json;
    }

    /** A segment of one block, its header, its checksum and its hashes right but for the number of records. */
    private static byte[] segmentWith(byte[] rest) {
        int records = rest.length == 0 ? 0 : rest[0] & 0xff;
        int payload = Math.max(0, rest.length - 1) & ~7;
        MessageDigest sha256 = BlockHash.sha256();
        byte[] header =
                SegmentHeader.encode(
                        new SegmentHeader(
                                1, 1, 0, 0, 1 << 20, BlockHash.NONE, 1, 2, "host", BlockHash.NONE),
                        sha256);
        byte[] all =
                Arrays.copyOf(
                        header, SegmentLayout.HEADER_BYTES + BlockLayout.HEADER_BYTES + payload);
        MemorySegment m = MemorySegment.ofArray(all);
        long at = SegmentLayout.HEADER_BYTES;
        Bytes.u64(m, at + BlockLayout.MAGIC, BlockLayout.MAGIC_VALUE);
        Bytes.u16(m, at + BlockLayout.VERSION, BlockLayout.CURRENT_VERSION);
        Bytes.u32(m, at + BlockLayout.PAYLOAD_BYTES, payload);
        Bytes.u64(m, at + BlockLayout.RUN, 1);
        Bytes.u32(m, at + BlockLayout.RECORDS, records);
        Bytes.u32(m, at + BlockLayout.SEGMENT, 1);
        Bytes.u64(m, at + BlockLayout.LOG_ID, 1);
        Bytes.u64(m, at + BlockLayout.LOG_ID + 8, 2);
        // The summary says yes to everything: what a payload of nonsense holds is not known here.
        m.asSlice(at + BlockLayout.SUMMARY, 56).fill((byte) -1);
        int from = (int) at + BlockLayout.HEADER_BYTES;
        if (payload > 0) {
            System.arraycopy(rest, 1, all, from, payload);
        }
        Bytes.u32(m, at + BlockLayout.PAYLOAD_CRC, BlockImage.payloadCrc(all, from, payload));
        BlockHash.ofBlockHeader(sha256, all, (int) at).put(m, at + BlockLayout.HASH);
        BlockHeader made = BlockHeader.read(m, at);
        if (!made.plausible()) {
            throw new AssertionError("a header that was made right is not");
        }
        return all;
    }
}
