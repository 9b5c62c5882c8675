package org.cofferdam.proxy.frame;

import java.lang.foreign.MemorySegment;

/**
 * An Ethernet header (IEEE 802.3, section 3.1.1).
 *
 * <pre>
 *  0  destination, 6 bytes      6  source, 6 bytes      12  u16 type
 * </pre>
 */
public final class Ethernet {
    /** Bytes of the header. */
    public static final int HEADER_BYTES = 14;

    /** The largest frame that travels anywhere here: an IP packet of 65,535 bytes, a header and a VLAN tag. */
    public static final int LARGEST_FRAME = 65_535 + HEADER_BYTES + 4;

    public static final int TYPE_IPV4 = 0x0800;
    public static final int TYPE_ARP = 0x0806;
    public static final int TYPE_IPV6 = 0x86dd;

    private Ethernet() {}

    /** The destination as a 48-bit number. */
    public static long destination(MemorySegment memory, long frame) {
        return mac(memory, frame);
    }

    /** The source as a 48-bit number. */
    public static long source(MemorySegment memory, long frame) {
        return mac(memory, frame + 6);
    }

    /** The EtherType; a value below 0x600 is a length (IEEE 802.3, section 3.2.6). */
    public static int type(MemorySegment memory, long frame) {
        return Wire.u16(memory, frame + 12);
    }

    /** Writes a header. */
    public static void write(
            MemorySegment memory, long frame, long destination, long source, int type) {
        putMac(memory, frame, destination);
        putMac(memory, frame + 6, source);
        Wire.putU16(memory, frame + 12, type);
    }

    private static long mac(MemorySegment memory, long offset) {
        return Integer.toUnsignedLong(Wire.i32(memory, offset)) << 16
                | Wire.u16(memory, offset + 4);
    }

    private static void putMac(MemorySegment memory, long offset, long mac) {
        Wire.putI32(memory, offset, (int) (mac >>> 16));
        Wire.putU16(memory, offset + 4, (int) mac & 0xffff);
    }
}
