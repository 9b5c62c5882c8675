package org.cofferdam.proxy.framefilter;

import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.frame.Wire;

/** The frame that is being looked at, and whether a test looked beyond what there is of it. One thread. */
final class FrameBytes {
    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private int captured;
    private int length;
    private boolean outside;

    void set(MemorySegment memory, long offset, int captured, int length) {
        this.memory = memory;
        this.offset = offset;
        this.captured = captured;
        this.length = length;
        this.outside = false;
    }

    /** The number of 1, 2 or 4 bytes at a place, or 0 and {@link #outside} if they are not all there. */
    long load(long at, int size) {
        // at is below 2^33 (a 32-bit index and a small constant), so nothing overflows.
        if (at + size > captured) {
            outside = true;
            return 0;
        }
        return switch (size) {
            case 1 -> Wire.u8(memory, offset + at);
            case 2 -> Wire.u16(memory, offset + at);
            default -> Integer.toUnsignedLong(Wire.i32(memory, offset + at));
        };
    }

    /** Bytes of the frame, captured or not. */
    int length() {
        return length;
    }

    /** What was asked has no answer: the frame is not to be chosen. */
    void fail() {
        outside = true;
    }

    boolean outside() {
        return outside;
    }
}
