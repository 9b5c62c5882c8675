package org.cofferdam.monitor.card;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Zeros behind a frame that is too short for Ethernet (IEEE 802.3 4.2.3.3). Allocation-free. */
final class FramePadding {
    private static final int MOST = 64;
    private static final MemorySegment ZEROS = Arena.global().allocate(MOST, 8);

    private FramePadding() {}

    /** Fills from {@code length} up to {@code wanted} bytes, at most 64. */
    static void pad(MemorySegment memory, long frame, int length, int wanted) {
        MemorySegment.copy(ZEROS, 0, memory, frame + length, wanted - length);
    }
}
