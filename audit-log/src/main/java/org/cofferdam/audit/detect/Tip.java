package org.cofferdam.audit.detect;

import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.Crossing;

/**
 * The record that tipped an alert.
 *
 * @param run of the writer
 * @param source its number in that run; of a block 0
 * @param sequence the record's number; of a block the block's
 */
public record Tip(long run, int source, long sequence) {
    static Tip of(Crossing c) {
        return new Tip(c.run(), c.source(), c.sequence());
    }

    static Tip of(BlockHeader block) {
        return new Tip(block.run(), 0, block.number());
    }
}
