package org.cofferdam.audit.read;

import org.cofferdam.audit.format.BlockHeader;

/**
 * Where a crossing stands.
 *
 * @param origin the log
 * @param block the header of its block
 * @param offset where its record begins in the block's payload
 */
public record CrossingPlace(LogOrigin origin, BlockHeader block, int offset) {}
