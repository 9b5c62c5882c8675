package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;

/**
 * Puts a checksum into a frame that is the card's own copy (DS 7.2.5 and 7.2.11, SDM 3.5.9): the sum of a
 * range, with whatever the field holds already, inverted.
 */
final class ChecksumInsertion {
    private ChecksumInsertion() {}

    /** Whether range and field lie in a frame of this length. */
    static boolean fits(int start, int field, int length) {
        // SDM 3.3.3.1: ignored if CSS >= length or CSO >= length - 1. Bytes and shorts: no
        // overflow.
        return start < length && field < length - 1;
    }

    /**
     * Inserts one checksum; {@link #fits} has said yes.
     *
     * @param start first byte of the sum, in the frame
     * @param field where it goes
     * @param end last byte of the sum, inclusive; 0 or beyond the frame for all of it
     * @param zeroMeansNone whether the protocol is UDP, which sends zero as all ones (RFC 768)
     */
    static void insert(
            MemorySegment memory,
            long frame,
            int length,
            int start,
            int field,
            int end,
            boolean zeroMeansNone) {
        int behind = end == 0 || end >= length ? length : end + 1;
        if (behind <= start) {
            return; // an empty range: nothing to say
        }
        int value = ~OnesComplement.sum(memory, frame + start, behind - start) & 0xffff;
        if (value == 0 && zeroMeansNone) {
            value = 0xffff;
        }
        OnesComplement.store16(memory, frame + field, value);
    }
}
