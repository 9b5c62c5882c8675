package org.cofferdam.proxy.vhostuser.message;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What stands before each message (vhost-user specification, "Header"), in the byte order of the machine, which is
 * little-endian here.
 *
 * <pre>
 *  0  u32 request    4  u32 flags: version 0..1, reply 2, need_reply 3    8  u32 size of the payload
 * </pre>
 *
 * @param request what is asked for
 * @param size bytes of payload that follow
 * @param needReply whether the peer asks for an answer to a request that has none of its own
 */
public record MessageHeader(RequestCode request, int size, boolean needReply) {
    /** Bytes of the header. */
    public static final int BYTES = 12;

    static final int VERSION = 1;
    static final int VERSION_MASK = 3;
    static final int REPLY = 4;
    static final int NEED_REPLY = 8;

    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Reads and checks a header.
     *
     * @throws ProtocolFaultException for another version, a reply, an unknown request, or a size that is not its
     */
    public static MessageHeader decode(MemorySegment memory, long offset)
            throws ProtocolFaultException {
        int code = memory.get(U32, offset);
        int flags = memory.get(U32, offset + 4);
        int size = memory.get(U32, offset + 8);
        if ((flags & VERSION_MASK) != VERSION) {
            throw new ProtocolFaultException(ProtocolFault.VERSION, "flags " + hex(flags));
        }
        // "Header": bits beyond need_reply are reserved. The reply bit belongs to answers, and this
        // end asks nothing.
        if ((flags & ~(VERSION_MASK | NEED_REPLY)) != 0) {
            throw new ProtocolFaultException(ProtocolFault.FLAGS, "flags " + hex(flags));
        }
        RequestCode request =
                RequestCode.of(code)
                        .orElseThrow(
                                () ->
                                        new ProtocolFaultException(
                                                ProtocolFault.UNKNOWN_REQUEST,
                                                "request " + Integer.toUnsignedString(code)));
        if (!request.fitsBytes(size)) {
            throw new ProtocolFaultException(
                    ProtocolFault.SIZE, request + " with " + Integer.toUnsignedString(size));
        }
        return new MessageHeader(request, size, (flags & NEED_REPLY) != 0);
    }

    private static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }
}
