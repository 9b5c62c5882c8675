package org.cofferdam.libos.net.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cofferdam.binding.net.Tap;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * A link whose other end is a kernel's network stack: one queue of a tap. Two system calls a frame and no ring, so it is
 * for trying the stack against a kernel and for hosts without a monitor, not for speed.
 *
 * <p>In front of each frame stands an {@link OffloadHeader}. The tap stays the caller's, who also gives it its offloads
 * ({@link Tap#setOffloads}) and its MTU.
 */
public final class TapLink implements Link {
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
            OffloadHeader.read(received, 0, offload);
            sink.frame(received, Tap.HEADER_BYTES, bytes - Tap.HEADER_BYTES, offload);
        }
        return limit;
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
        OffloadHeader.write(transmit, 0, asked);
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
