package org.cofferdam.audit.verify;

/**
 * One thing that the verifier saw.
 *
 * @param kind what it is
 * @param file name of the segment file, or of the place where it should be
 * @param offset byte of that file, or -1 where the whole file is meant
 * @param firstBlock number of the first block that is concerned, or -1
 * @param lastBlock number of the last one, or -1
 * @param text one sentence, with the place
 */
public record Finding(
        Kind kind, String file, long offset, long firstBlock, long lastBlock, String text) {

    /** Kinds of findings and notes. */
    public enum Kind {
        /** A block does not fit its hash: at least one bit of it is not what was written. */
        FLIPPED_BIT(false),
        /** Block numbers are missing between blocks. */
        MISSING_BLOCK(false),
        /** A block stands behind one with a higher number. */
        REORDERED_BLOCK(false),
        /** A segment ends before its last block did. */
        TRUNCATED_TAIL(false),
        /** A file holds another segment than its name says. */
        REORDERED_SEGMENT(false),
        /** No file holds this segment. */
        MISSING_SEGMENT(false),
        /** A block's link is not the hash of the block before it. */
        BROKEN_CHAIN(false),
        /** A segment's header is damaged, or is not the one its writer made. */
        BAD_HEADER(false),
        /** Bytes between blocks that the writer did not write. */
        STRAY_BYTES(false),
        /** A source's sequence numbers jump where no block is missing: the writer itself erred or lied. */
        SEQUENCE_GAP(false),
        /** A sound block holds a record that breaks the format: the writer itself erred or lied. */
        MALFORMED_RECORD(false),
        /** The records are not those that the block's Merkle root was made of. */
        ALTERED_RECORDS(false),
        /** A block says less of what it holds than it holds, so a query would pass it over. */
        WRONG_SUMMARY(false),
        /** A block or segment of another log stands here. */
        FOREIGN_BLOCK(false),
        /** A checkpoint that its key did not sign, or that signs another block. */
        BAD_CHECKPOINT(false),
        /** The log changed its key without the old key's word, or has not the key that was given. */
        KEY_SWAPPED(false),
        /** Somebody elsewhere saw blocks after the last one here. */
        CUT_OFF(false),
        /** Somebody elsewhere saw this block with another hash. */
        REWRITTEN(false),

        /** The log is being written; what is verified is what was there. */
        LIVE(true),
        /** A run ended without STOP: the writer was killed, or the tail was cut and zeroed. */
        UNCLEAN_STOP(true),
        /** The last block of such a run was not written to its end. */
        TORN_BLOCK(true),
        /** The log's beginning was removed, and the log says so itself. */
        PRUNED_HEAD(true),
        /** Blocks behind the last checkpoint: who can write the files can change these unseen. */
        UNSIGNED_TAIL(true);

        private final boolean note;

        Kind(boolean note) {
            this.note = note;
        }

        /** Whether this is to know rather than damage. */
        public boolean isNote() {
            return note;
        }
    }

    @Override
    public String toString() {
        return kind + ": " + text;
    }
}
