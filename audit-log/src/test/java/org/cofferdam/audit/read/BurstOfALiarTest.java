package org.cofferdam.audit.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.BlockSummary;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A writer that was broken into can hash what it likes: a burst that claims more than it holds is not believed. */
final class BurstOfALiarTest {
    private static final int ALIKE = RecordLayout.FLAG_BURST | RecordLayout.FLAG_ALIKE;

    @ParameterizedTest
    @CsvSource({
        "1024, 10, 51, true",
        "1025, 10, 51, false",
        "4294967295, 10, 51, false",
        "2, 10, 50, false",
        "2, 8, 51, false",
        "2, 2, 54, true",
        "2, 2, 53, false",
        "1431655766, 2, 54, false",
    })
    void packetsAreBelievedThatTheRecordHoldsOrThatAreFewAndAlike(
            long packets, int flags, int length, boolean believed) {
        assertEquals(10, ALIKE);
        MemorySegment payload = Arena.ofAuto().allocate(Bytes.align8(length), 8);
        RecordLayout.header(payload, 0, length, CrossingType.BURST_IN.code(), flags, 1, 0, 1, 0, 1);
        Bytes.u32(payload, RecordLayout.HEADER_BYTES + (long) RecordLayout.BURST_PACKETS, packets);
        BlockHash none = BlockHash.at(Arena.ofAuto().allocate(32, 8), 0);
        BlockHeader block =
                new BlockHeader(
                        BlockLayout.MAGIC_VALUE,
                        BlockLayout.CURRENT_VERSION,
                        0,
                        payload.byteSize(),
                        0,
                        1,
                        1,
                        0,
                        0,
                        0,
                        0,
                        none,
                        none,
                        0,
                        0,
                        BlockSummary.EMPTY,
                        none);
        List<Crossing> read = new ArrayList<>();
        Optional<String> fault =
                new RecordParser().parse(block, payload, (crossing, at) -> read.add(crossing));
        assertEquals(believed, fault.isEmpty(), fault::toString);
        assertEquals(believed ? 1 : 0, read.size());
        assertTrue(read.stream().allMatch(c -> c.burst().orElseThrow().packets() == packets));
    }
}
