package org.cofferdam.monitor.capture;

import io.netty.buffer.ByteBuf;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Writes blocks of the pcapng format (draft-ietf-opsawg-pcapng), little-endian. Each block is a multiple of four bytes
 * with its length at both ends (section 3.1); options are a code, a length and padded bytes, and end with an empty one
 * (section 3.5). One thread.
 */
final class Pcapng {
    // Section 4.1, Section Header Block
    private static final int SECTION_HEADER = 0x0a0d_0d0a;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
    private static final int SHB_OS = 3;
    private static final int SHB_USERAPPL = 4;

    // Section 4.2, Interface Description Block
    private static final int INTERFACE = 1;
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int IF_NAME = 2;
    private static final int IF_TSRESOL = 9;
    private static final int IF_FILTER = 11;
    private static final byte NANOSECONDS = 9;

    // Section 4.3, Enhanced Packet Block, and 4.3.1, its flags
    private static final int PACKET = 6;
    private static final int EPB_FLAGS = 2;
    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;
    private static final int UNICAST = 1 << 2;
    private static final int MULTICAST = 2 << 2;
    private static final int BROADCAST = 3 << 2;

    // Section 4.6, Interface Statistics Block
    private static final int STATISTICS = 5;
    private static final int ISB_STARTTIME = 2;
    private static final int ISB_ENDTIME = 3;
    private static final int ISB_IFRECV = 4;
    private static final int ISB_IFDROP = 5;
    private static final int ISB_FILTERACCEPT = 6;
    private static final int ISB_USRDELIV = 8;

    // Section 3.5
    private static final int OPT_END = 0;
    private static final int OPT_COMMENT = 1;
    private static final int MOST_OPTION = 4096;

    private static final int TOTAL_LENGTH = 4;

    private Pcapng() {}

    private static int begin(ByteBuf out, int type) {
        int start = out.writerIndex();
        out.writeIntLE(type).writeIntLE(0);
        return start;
    }

    private static void end(ByteBuf out, int start) {
        int length = out.writerIndex() - start + 4;
        out.setIntLE(start + TOTAL_LENGTH, length);
        out.writeIntLE(length);
    }

    private static void pad(ByteBuf out, int bytes) {
        out.writeZero(-bytes & 3);
    }

    private static void text(ByteBuf out, int code, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MOST_OPTION);
        out.writeShortLE(code).writeShortLE(length).writeBytes(bytes, 0, length);
        pad(out, length);
    }

    private static void number(ByteBuf out, int code, long value) {
        out.writeShortLE(code).writeShortLE(8).writeLongLE(value);
    }

    /** Times are two words, the high one first, whatever the order of bytes (section 4.3). */
    private static void time(ByteBuf out, int code, long nanos) {
        out.writeShortLE(code).writeShortLE(8);
        out.writeIntLE((int) (nanos >>> 32)).writeIntLE((int) nanos);
    }

    private static void endOptions(ByteBuf out) {
        out.writeShortLE(OPT_END).writeShortLE(0);
    }

    static void section(ByteBuf out, String application, String system) {
        int start = begin(out, SECTION_HEADER);
        out.writeIntLE(BYTE_ORDER_MAGIC).writeShortLE(1).writeShortLE(0);
        out.writeLongLE(-1); // the section's length is not known
        text(out, SHB_OS, system);
        text(out, SHB_USERAPPL, application);
        endOptions(out);
        end(out, start);
    }

    static void port(ByteBuf out, String name, int snap, String filter) {
        int start = begin(out, INTERFACE);
        out.writeShortLE(LINKTYPE_ETHERNET).writeShortLE(0).writeIntLE(snap);
        text(out, IF_NAME, name);
        out.writeShortLE(IF_TSRESOL).writeShortLE(1).writeByte(NANOSECONDS);
        pad(out, 1);
        if (!filter.isEmpty()) {
            text(out, IF_FILTER, '\0' + filter); // octet 0: the filter is a text
        }
        endOptions(out);
        end(out, start);
    }

    /**
     * A frame.
     *
     * @param time nanoseconds since 1970
     * @param length of the whole frame
     * @param bytes that are there of it
     * @param comment empty for none
     */
    static void frame(
            ByteBuf out,
            int port,
            boolean outbound,
            long time,
            int length,
            MemorySegment memory,
            long offset,
            int bytes,
            String comment) {
        int start = begin(out, PACKET);
        out.writeIntLE(port).writeIntLE((int) (time >>> 32)).writeIntLE((int) time);
        out.writeIntLE(bytes).writeIntLE(length);
        int first = out.writerIndex();
        out.writeBytes(memory.asSlice(offset, bytes).asByteBuffer());
        int flags = (outbound ? OUTBOUND : INBOUND) | reception(out, first, bytes);
        pad(out, bytes);
        out.writeShortLE(EPB_FLAGS).writeShortLE(4).writeIntLE(flags);
        if (!comment.isEmpty()) {
            text(out, OPT_COMMENT, comment);
        }
        endOptions(out);
        end(out, start);
    }

    private static int reception(ByteBuf out, int first, int bytes) {
        if (bytes < 6) {
            return 0;
        }
        if (out.getInt(first) == -1 && out.getShort(first + 4) == -1) {
            return BROADCAST;
        }
        return (out.getByte(first) & 1) != 0 ? MULTICAST : UNICAST;
    }

    /**
     * What was counted for a port.
     *
     * @param seen frames that the capture was shown
     * @param missed those of them that it had no room for
     * @param wanted those that the filter chose
     * @param given those that are in the file
     * @param comment empty for none
     */
    static void statistics(
            ByteBuf out,
            int port,
            long began,
            long ended,
            long seen,
            long missed,
            long wanted,
            long given,
            String comment) {
        int start = begin(out, STATISTICS);
        out.writeIntLE(port).writeIntLE((int) (ended >>> 32)).writeIntLE((int) ended);
        time(out, ISB_STARTTIME, began);
        time(out, ISB_ENDTIME, ended);
        number(out, ISB_IFRECV, seen);
        number(out, ISB_IFDROP, missed);
        number(out, ISB_FILTERACCEPT, wanted);
        number(out, ISB_USRDELIV, given);
        if (!comment.isEmpty()) {
            text(out, OPT_COMMENT, comment);
        }
        endOptions(out);
        end(out, start);
    }
}
