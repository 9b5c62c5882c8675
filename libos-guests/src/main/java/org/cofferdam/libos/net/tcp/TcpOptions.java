package org.cofferdam.libos.net.tcp;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.wire.Wire;

/**
 * The options of a segment (RFC 9293, section 3.2; RFC 2018; RFC 7323), read from a header that is known to be whole.
 * Reused, allocation-free.
 */
final class TcpOptions {
    static final int END = 0;
    static final int NOTHING = 1;
    static final int MSS = 2;
    static final int WINDOW_SCALE = 3;
    static final int SACK_PERMITTED = 4;
    static final int SACK = 5;
    static final int TIMESTAMPS = 8;

    /** RFC 7323, section 2.3. */
    static final int MOST_SCALE = 14;

    /** Two NOTHING, then time stamps: what nearly every segment has (RFC 7323, appendix A). */
    private static final int ONLY_TIMESTAMPS = 0x0101_080a;

    private static final int MOST_BLOCKS = 4;

    /** 0 if not given. */
    int mss;

    /** -1 if not given. */
    int windowScale;

    boolean sackPermitted;
    boolean hasTimestamps;
    int timestamp;
    int timestampEcho;
    int blocks;
    final int[] blockStart = new int[MOST_BLOCKS];
    final int[] blockEnd = new int[MOST_BLOCKS];

    /** Reads them. False if one of them runs out of the header. */
    boolean read(MemorySegment memory, long from, int bytes) {
        mss = 0;
        windowScale = -1;
        sackPermitted = false;
        hasTimestamps = false;
        blocks = 0;
        if (bytes == 12 && Wire.i32(memory, from) == ONLY_TIMESTAMPS) {
            readTimestamps(memory, from + 2);
            return true;
        }
        long at = from;
        long end = from + bytes;
        while (at < end) {
            int kind = Wire.u8(memory, at);
            if (kind == END) {
                return true;
            }
            if (kind == NOTHING) {
                at++;
                continue;
            }
            // RFC 9293, section 3.2: all others have a length that counts kind and length.
            int length = at + 1 < end ? Wire.u8(memory, at + 1) : 0;
            if (length < 2 || at + length > end) {
                return false;
            }
            readOne(memory, at, kind, length);
            at += length;
        }
        return true;
    }

    /** An option whose length is not the one of its kind means nothing (RFC 9293, section 3.2, MUST-6). */
    private void readOne(MemorySegment memory, long at, int kind, int length) {
        switch (kind) {
            case MSS -> {
                if (length == 4) {
                    mss = Wire.u16(memory, at + 2);
                }
            }
            case WINDOW_SCALE -> {
                if (length == 3) {
                    windowScale = Math.min(Wire.u8(memory, at + 2), MOST_SCALE);
                }
            }
            case SACK_PERMITTED -> sackPermitted |= length == 2;
            case TIMESTAMPS -> {
                if (length == 10) {
                    readTimestamps(memory, at);
                }
            }
            case SACK -> {
                // RFC 2018, section 3: pairs of edges.
                if (length % 8 == 2) {
                    blocks = Math.min(length / 8, MOST_BLOCKS);
                    for (int i = 0; i < blocks; i++) {
                        blockStart[i] = Wire.i32(memory, at + 2 + 8L * i);
                        blockEnd[i] = Wire.i32(memory, at + 6 + 8L * i);
                    }
                }
            }
            default -> {
                // Unknown options are skipped (RFC 9293, section 3.2, MUST-6).
            }
        }
    }

    /** Whether the first block says that something came twice (RFC 2883): it is not beyond the acknowledgment. */
    boolean tellsTwice(int acknowledgment) {
        return blocks > 0 && Seq.atOrBefore(blockEnd[0], acknowledgment);
    }

    private void readTimestamps(MemorySegment memory, long at) {
        hasTimestamps = true;
        timestamp = Wire.i32(memory, at + 2);
        timestampEcho = Wire.i32(memory, at + 6);
    }
}
