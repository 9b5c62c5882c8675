package org.cofferdam.libos.net.link;

import java.lang.foreign.MemorySegment;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * Two links joined in memory: what one end commits, the other hands over, offloads and all. A full cable has no room,
 * as a full transmit ring has none.
 *
 * <p>Both ends belong to one thread.
 */
public final class Cable {
    private final End left;
    private final End right;

    /**
     * A cable.
     *
     * @param frames how many frames each direction holds
     */
    public Cable(MacAddress left, MacAddress right, int mtu, LinkFeatures features, int frames) {
        int longest = features.tso4() || features.tso6() ? Link.LONGEST_FRAME : mtu + 18;
        FrameQueue toRight = new FrameQueue(frames, longest);
        FrameQueue toLeft = new FrameQueue(frames, longest);
        this.left = new End(left, mtu, features, toRight, toLeft);
        this.right = new End(right, mtu, features, toLeft, toRight);
    }

    /** One end. */
    public Link left() {
        return left;
    }

    /** The other end. */
    public Link right() {
        return right;
    }

    private record End(
            MacAddress mac, int mtu, LinkFeatures features, FrameQueue out, FrameQueue in)
            implements Link {
        @Override
        public boolean isUp() {
            return true;
        }

        @Override
        public int poll(FrameSink sink, int limit) {
            int n = 0;
            for (; n < limit && in.hasDue(0); n++) {
                sink.frame(in.memory, in.firstPlace(), in.firstLength(), in.firstOffload());
                in.remove();
            }
            return n;
        }

        @Override
        public MemorySegment memory() {
            return out.memory;
        }

        @Override
        public long claim(int bytes) {
            return out.isFull() || bytes > out.slotBytes() ? NO_ROOM : out.nextPlace();
        }

        @Override
        public void commit(int bytes, Offload offload) {
            out.add(bytes, offload, 0);
        }

        @Override
        public void flush() {
            // The other end sees a frame as soon as it is committed.
        }
    }
}
