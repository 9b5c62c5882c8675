package org.cofferdam.proxy.guestport;

import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.frame.FrameView;
import org.cofferdam.proxy.frame.Ipv4;
import org.cofferdam.proxy.frame.Tcp;
import org.cofferdam.proxy.packetswitch.Burst;

/**
 * Which of several receive queues a frame goes into: the same for all frames of a flow, so that none overtakes another.
 * Switch thread; allocation-free.
 */
final class FlowSpread {
    private final FrameView view = new FrameView();

    /**
     * The pair for a frame.
     *
     * @param pairs a bit for each that receives, at least one
     */
    int pair(Burst burst, int index, int pairs) {
        int skip = Math.floorMod(hash(burst, index), Integer.bitCount(pairs));
        int left = pairs;
        for (int i = 0; i < skip; i++) {
            left &= left - 1;
        }
        return Integer.numberOfTrailingZeros(left);
    }

    private int hash(Burst burst, int index) {
        MemorySegment memory = burst.memory();
        long frame = burst.frame(index);
        if (!view.parse(memory, frame, burst.length(index))) {
            return 0;
        }
        int hash = Tcp.ports(memory, frame + view.transport());
        if (view.isIpv4()) {
            hash ^=
                    Ipv4.source(memory, frame + view.network())
                            ^ Ipv4.destination(memory, frame + view.network());
        }
        return (hash * 0x9e37_79b9) >>> 16;
    }
}
