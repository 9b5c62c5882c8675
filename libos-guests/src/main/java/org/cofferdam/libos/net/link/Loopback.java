package org.cofferdam.libos.net.link;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * A link whose only station is the stack itself: what it commits, it gets back at its next poll. Checksums are neither
 * made nor looked at, since nothing between can damage a frame.
 *
 * <p>One thread, allocation-free once made. A burst that does not fit has no room, like on any link.
 */
public final class Loopback implements Link {
    /** The longest packet that IPv4 can have. */
    private static final int MTU = 65_535;

    private static final int FRAMES = 32;
    private static final LinkFeatures FEATURES = new LinkFeatures(true, false, false);

    private final FrameQueue queue = new FrameQueue(FRAMES, LONGEST_FRAME);

    @Override
    public MacAddress mac() {
        return new MacAddress(0);
    }

    @Override
    public LinkFeatures features() {
        return FEATURES;
    }

    @Override
    public int mtu() {
        return MTU;
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public int poll(FrameSink sink, int limit) {
        int n = 0;
        // The frame keeps its place until the sink has seen it; what the sink sends lies behind it.
        for (; n < limit && queue.hasDue(0); n++) {
            sink.frame(queue.memory, queue.firstPlace(), queue.firstLength(), queue.firstOffload());
            queue.remove();
        }
        return n;
    }

    @Override
    public MemorySegment memory() {
        return queue.memory;
    }

    @Override
    public long claim(int bytes) {
        return queue.isFull() ? NO_ROOM : queue.nextPlace();
    }

    @Override
    public void commit(int bytes, Offload offload) {
        queue.add(bytes, offload, 0);
    }

    @Override
    public void flush() {
        // There is nobody to tell.
    }
}
