package org.cofferdam.audit.verify;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That nobody makes a verifier work for hours by what he puts into a file. */
class CostOfDamageTest {
    @TempDir Path parent;

    /** With one look at the empty end for each block these would be 16 TB to read. */
    @Test
    void manyDamagedBlocksBeforeALongEmptyEndCostOneLookAtIt() throws Exception {
        LogFixture log = LogFixture.closed(parent.resolve("log"), 4);
        byte[] block = new byte[BlockLayout.HEADER_BYTES];
        MemorySegment m = MemorySegment.ofArray(block);
        Bytes.u64(m, BlockLayout.MAGIC, BlockLayout.MAGIC_VALUE);
        Bytes.u16(m, BlockLayout.VERSION, BlockLayout.CURRENT_VERSION);
        byte[] blocks = new byte[65_536 * block.length];
        for (int at = 0; at < blocks.length; at += block.length) {
            System.arraycopy(block, 0, blocks, at, block.length);
        }
        try (RandomAccessFile file = new RandomAccessFile(log.segment(1).toFile(), "rw")) {
            file.seek(file.length());
            file.write(blocks);
            file.setLength(file.length() + (256L << 20));
        }
        // Far more than it takes on a busy machine, and far less than that.
        VerifyReport report = assertTimeoutPreemptively(Duration.ofMinutes(3), log::verify);
        assertFalse(report.ok());
    }
}
