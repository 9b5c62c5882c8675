package org.cofferdam.proxy.vhostuser.message;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Answers to a front end, each with its header in one piece (vhost-user specification, "Communication"): the request's
 * number, version 1 and the reply bit. One thread; the buffer is valid until the next answer is made.
 */
public final class ReplyEncoder {
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The number of BACKEND_CONFIG_CHANGE_MSG. */
    public static final int CONFIG_CHANGED = 2;

    private final MemorySegment buffer =
            Arena.ofAuto().allocate(MessageHeader.BYTES + RequestCode.MOST_BYTES, 8);

    /** One number of 64 bits: features, a count, a status, or 0 for success where REPLY_ACK asks. */
    public MemorySegment number(RequestCode request, long value) {
        buffer.set(U64, MessageHeader.BYTES, value);
        return finish(request, 8);
    }

    /** A ring's state: which, and where it stands. */
    public MemorySegment ringState(RequestCode request, int queue, int index) {
        buffer.set(U32, MessageHeader.BYTES, queue);
        buffer.set(U32, MessageHeader.BYTES + 4, index);
        return finish(request, 8);
    }

    /** A part of the configuration space, repeated with its place. */
    public MemorySegment config(int offset, int size, MemorySegment space) {
        buffer.set(U32, MessageHeader.BYTES, offset);
        buffer.set(U32, MessageHeader.BYTES + 4, size);
        buffer.set(U32, MessageHeader.BYTES + 8, 0);
        MemorySegment.copy(space, offset, buffer, MessageHeader.BYTES + 12, size);
        return finish(RequestCode.GET_CONFIG, 12 + size);
    }

    /**
     * An in-flight buffer, which goes beside it.
     *
     * @param payload bytes that the request had: 20, or 24 from a front end whose compiler rounds it up
     */
    public MemorySegment inflight(long bytes, int queues, int queueSize, int payload) {
        buffer.set(U64, MessageHeader.BYTES, bytes);
        buffer.set(U64, MessageHeader.BYTES + 8, 0);
        buffer.set(U32, MessageHeader.BYTES + 16, queues | queueSize << 16);
        buffer.set(U32, MessageHeader.BYTES + 20, 0);
        return finish(RequestCode.GET_INFLIGHT_FD, payload);
    }

    /** "Back-end message types", BACKEND_CONFIG_CHANGE_MSG: no answer but a request of ours, without a payload. */
    public MemorySegment configurationChanged() {
        return finish(CONFIG_CHANGED, MessageHeader.VERSION, 0);
    }

    private MemorySegment finish(RequestCode request, int payload) {
        return finish(request.code(), MessageHeader.VERSION | MessageHeader.REPLY, payload);
    }

    private MemorySegment finish(int code, int flags, int payload) {
        buffer.set(U32, 0, code);
        buffer.set(U32, 4, flags);
        buffer.set(U32, 8, payload);
        return buffer.asSlice(0, MessageHeader.BYTES + payload);
    }
}
