package org.cofferdam.libos.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * An Ethernet II header (RFC 894, RFC 2464); {@code frame} is the offset of its first byte.
 *
 * <pre>
 *  0  destination, 6 bytes     6  source, 6 bytes    12  u16 type
 * </pre>
 */
public final class Ethernet {
    public static final int HEADER_BYTES = 14;
    public static final int TYPE_IPV4 = 0x0800;
    public static final int TYPE_ARP = 0x0806;
    public static final int TYPE_IPV6 = 0x86dd;

    private Ethernet() {}

    public static long destination(MemorySegment memory, long frame) {
        return Wire.u48(memory, frame);
    }

    public static long source(MemorySegment memory, long frame) {
        return Wire.u48(memory, frame + 6);
    }

    public static int type(MemorySegment memory, long frame) {
        return Wire.u16(memory, frame + 12);
    }

    /** Writes all of it. */
    public static void write(
            MemorySegment memory, long frame, long destination, long source, int type) {
        Wire.putU48(memory, frame, destination);
        Wire.putU48(memory, frame + 6, source);
        Wire.putU16(memory, frame + 12, type);
    }
}
