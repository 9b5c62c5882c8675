package org.cofferdam.audit.format;

import java.lang.foreign.MemorySegment;

/**
 * One record: a crossing, or several alike in one.
 *
 * <pre>
 *  byte 0         2         4         6    7    8        10   11   12
 *       +---------+---------+---------+----+----+---------+----+----+-------------------+
 *    0  |      length       |  type   |ver |flag| source  |flds| 0  |       count       |
 *       +---------+---------+---------+----+----+---------+----+----+-------------------+
 *   16  |              sequence                 |          time, ns since 1970          |
 *       +---------------------------------------+---------------------------------------+
 *   32  | SPAN: u64 time of the last one        |
 *       | flds times: u64 field                 |
 *       | TEXT: UTF-8 up to length   or   BURST: the body below                         |
 *       +-------------------------------------------------------------------------------+
 *       | zero bytes up to a multiple of 8, not counted by length                       |
 *
 *  body of a BURST:
 *       +---------+---------+-------------------+---------------------------------------+
 *    0  |  port   |  queue  |      packets      |             total bytes               |
 *       +---------+---------+-------------------+---------------------------------------+
 *   16  | packets times: u16 length (65535 also for longer ones)                        |
 *       | packets times: u8 verdict                                                     |
 *       or, where all packets are ALIKE, one length and one verdict for all
 * </pre>
 *
 * <p>{@code length} counts from its own first byte. {@code type} is a code of CrossingType, {@code source}
 * a number that a SOURCE record of the same run names, {@code sequence} counts the records of that source
 * in that run from 0 without a gap. {@code count} is 1, or how many crossings alike this record stands for.
 * A reader that meets more fields than it knows shows them by number: versions only ever add.
 */
public final class RecordLayout {
    public static final int LENGTH = 0;
    public static final int TYPE = 4;
    public static final int VERSION = 6;
    public static final int FLAGS = 7;
    public static final int SOURCE = 8;
    public static final int FIELDS = 10;
    public static final int COUNT = 12;
    public static final int SEQUENCE = 16;
    public static final int TIME = 24;
    public static final int HEADER_BYTES = 32;

    public static final int BURST_PORT = 0;
    public static final int BURST_QUEUE = 2;
    public static final int BURST_PACKETS = 4;
    public static final int BURST_TOTAL = 8;
    public static final int BURST_HEADER_BYTES = 16;

    /** The version this code writes. */
    public static final int CURRENT_VERSION = 1;

    /** The rest of the record is text. */
    public static final int FLAG_TEXT = 0x01;

    /** The rest of the record is a burst. */
    public static final int FLAG_BURST = 0x02;

    /** The time of the last one of several crossings comes before the fields. */
    public static final int FLAG_SPAN = 0x04;

    /** With {@link #FLAG_BURST}: all packets have the one length and the one verdict that the record has. */
    public static final int FLAG_ALIKE = 0x08;

    /** Fields a record of this version can have. */
    public static final int MAX_FIELDS = 16;

    /** Fields a reader accepts. */
    public static final int READABLE_FIELDS = 16;

    public static final int MAX_TEXT_BYTES = 512;

    /** Packets of a burst; a reader takes no more where they need no bytes, either. */
    public static final int MAX_PACKETS = 1024;

    /** No record is longer, padding included; a longer one in a file is damage. */
    public static final int MAX_BYTES = 4096;

    /** In the ring only: fills the end before the wrap. Never in a file. */
    public static final int PADDING_TYPE = 0xffff;

    private RecordLayout() {}

    /** Unpadded bytes of a record with fields only. */
    public static int fieldsBytes(int fields) {
        return HEADER_BYTES + 8 * fields;
    }

    /** Unpadded bytes of a burst record; at most 3120 for {@link #MAX_PACKETS}. */
    public static int burstBytes(int packets) {
        return HEADER_BYTES + BURST_HEADER_BYTES + 3 * packets;
    }

    /** Writes the 32 header bytes. The body and the padding are the caller's. */
    public static void header(
            MemorySegment memory,
            long at,
            int length,
            int type,
            int flags,
            int source,
            int fields,
            long count,
            long sequence,
            long time) {
        // One store for each word: length|type|version|flags, then source|fields|0|count.
        Bytes.u64(
                memory,
                at,
                (length & 0xffff_ffffL)
                        | (long) type << 32
                        | (long) CURRENT_VERSION << 48
                        | (long) flags << 56);
        Bytes.u64(
                memory,
                at + SOURCE,
                (source & 0xffffL) | (long) fields << 16 | (count & 0xffff_ffffL) << 32);
        Bytes.u64(memory, at + SEQUENCE, sequence);
        Bytes.u64(memory, at + TIME, time);
    }

    /** Writes as many of the six values as {@code fields} says at {@code at}. */
    public static void fields(
            MemorySegment memory,
            long at,
            int fields,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f) {
        if (fields > 0) {
            Bytes.u64(memory, at, a);
        }
        if (fields > 1) {
            Bytes.u64(memory, at + 8, b);
        }
        if (fields > 2) {
            Bytes.u64(memory, at + 16, c);
        }
        if (fields > 3) {
            Bytes.u64(memory, at + 24, d);
        }
        if (fields > 4) {
            Bytes.u64(memory, at + 32, e);
        }
        if (fields > 5) {
            Bytes.u64(memory, at + 40, f);
        }
    }

    /**
     * Writes text as UTF-8, whole characters only, {@link #MAX_TEXT_BYTES} at most; half a surrogate pair
     * becomes a question mark.
     *
     * @return the bytes written
     */
    public static int text(MemorySegment memory, long at, CharSequence text) {
        int n = 0;
        int chars = text.length();
        for (int i = 0; i < chars; i++) {
            int c = text.charAt(i);
            if (Character.isSurrogate((char) c)) {
                if (Character.isHighSurrogate((char) c)
                        && i + 1 < chars
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    c = Character.toCodePoint((char) c, text.charAt(++i));
                } else {
                    c = '?';
                }
            }
            int size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (n + size > MAX_TEXT_BYTES) {
                break;
            }
            if (size == 1) {
                Bytes.u8(memory, at + n, c);
            } else {
                Bytes.u8(memory, at + n, (0xf00 >> size) | c >> (6 * (size - 1)));
                for (int k = size - 2; k >= 0; k--) {
                    Bytes.u8(memory, at + n + (size - 1 - k), 0x80 | (c >> (6 * k) & 0x3f));
                }
            }
            n += size;
        }
        return n;
    }

    /** The most bytes that {@link #text} can write for a text of so many chars. */
    public static int textBound(int chars) {
        return Math.min(MAX_TEXT_BYTES, chars > MAX_TEXT_BYTES ? MAX_TEXT_BYTES : 3 * chars);
    }
}
