package org.cofferdam.audit;

import java.nio.file.Path;
import org.cofferdam.audit.format.BlockHash;

/**
 * A segment that the retention's rule lets go.
 *
 * @param file where it is
 * @param number its number
 * @param lastBlock number of the last block in it
 * @param lastHash that block's hash, as the next segment's header has it
 * @param records how many records its blocks say they hold
 * @param bytes what its file takes
 */
record PrunedSegment(
        Path file, int number, long lastBlock, BlockHash lastHash, long records, long bytes) {}
