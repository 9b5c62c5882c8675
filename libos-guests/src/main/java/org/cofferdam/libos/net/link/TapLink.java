package org.cofferdam.libos.net.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cofferdam.binding.net.Tap;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * A link whose other end is a kernel's network stack: one queue of a tap. Two system calls a frame and no ring, so it is
 * for trying the stack against a kernel and for hosts without a monitor, not for speed.
 *
 * <p>In front of each frame stands the little-endian virtio_net_hdr of {@link Tap}:
 *
 * <pre>
 *  0  u8 flags       1  u8 gso_type      2  u16 hdr_len      4  u16 gso_size
 *  6  u16 csum_start 8  u16 csum_offset 10  u16 num_buffers
 * </pre>
 *
 * The tap stays the caller's, who also gives it its offloads ({@link Tap#setOffloads}) and its MTU.
 */
public final class TapLink implements Link {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PLACE = Tap.HEADER_BYTES + LONGEST_FRAME;

    private final Tap tap;
    private final MacAddress mac;
    private final int mtu;
    private final LinkFeatures features;
    private final MemorySegment received = Arena.ofAuto().allocate(PLACE, 8);
    private final MemorySegment transmit = Arena.ofAuto().allocate(PLACE, 8);
    private final Offload offload = new Offload();
    private long refused;

    /**
     * A link over queue 0.
     *
     * @param mac the stack's address, not the one that the kernel's interface has
     * @param features what of the kernel's offloads the stack is to use
     */
    public TapLink(Tap tap, MacAddress mac, int mtu, LinkFeatures features) {
        this.tap = tap;
        this.mac = mac;
        this.mtu = mtu;
        this.features = features;
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    @Override
    public LinkFeatures features() {
        return features;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public int poll(FrameSink sink, int limit) {
        for (int n = 0; n < limit; n++) {
            int bytes = tap.read(0, received, 0, PLACE);
            if (bytes < 0) {
                return n;
            }
            if (bytes <= Tap.HEADER_BYTES) {
                continue;
            }
            offload.flags = received.get(ValueLayout.JAVA_BYTE, 0);
            offload.gsoType = received.get(ValueLayout.JAVA_BYTE, 1);
            offload.headerLength = u16(2);
            offload.gsoSize = u16(4);
            offload.checksumStart = u16(6);
            offload.checksumOffset = u16(8);
            sink.frame(received, Tap.HEADER_BYTES, bytes - Tap.HEADER_BYTES, offload);
        }
        return limit;
    }

    private int u16(long offset) {
        return Short.toUnsignedInt(received.get(U16, offset));
    }

    @Override
    public MemorySegment memory() {
        return transmit;
    }

    @Override
    public long claim(int bytes) {
        return Tap.HEADER_BYTES;
    }

    @Override
    public void commit(int bytes, Offload asked) {
        transmit.set(ValueLayout.JAVA_BYTE, 0, (byte) asked.flags);
        transmit.set(ValueLayout.JAVA_BYTE, 1, (byte) asked.gsoType);
        transmit.set(U16, 2, (short) asked.headerLength);
        transmit.set(U16, 4, (short) asked.gsoSize);
        transmit.set(U16, 6, (short) asked.checksumStart);
        transmit.set(U16, 8, (short) asked.checksumOffset);
        transmit.set(U16, 10, (short) 0);
        if (tap.write(0, transmit, 0, Tap.HEADER_BYTES + bytes) < 0) {
            refused++;
        }
    }

    /** Frames that the kernel did not take: no room, or the interface was down. A frame lost on the wire, to the stack. */
    public long refused() {
        return refused;
    }

    @Override
    public void flush() {
        // Each frame was written as it was committed.
    }
}
