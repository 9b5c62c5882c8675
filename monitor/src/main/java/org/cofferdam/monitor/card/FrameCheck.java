package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32;

/**
 * The frame check sequence (IEEE 802.3 3.2.9), for drivers that want to see it in memory or to make it
 * themselves. The last four bytes of a frame, the CRC-32 with its lowest byte first. Works on a copy of its
 * own: the CRC's intrinsic must not meet memory that others can take away.
 */
final class FrameCheck {
    static final int BYTES = 4;

    private final byte[] copy = new byte[1 << 14];
    private final CRC32 crc = new CRC32();

    /** The check of a frame of at most 16,384 bytes. */
    int of(MemorySegment memory, long offset, int length) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
        crc.reset();
        crc.update(copy, 0, length);
        return (int) crc.getValue();
    }
}
