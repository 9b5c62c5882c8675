package org.cofferdam.proxy.guestport;

import java.lang.foreign.MemorySegment;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.cofferdam.proxy.virtqueue.DeviceQueue;
import org.cofferdam.proxy.virtqueue.TakenChains;

/**
 * A queue that a guest receives from: frames go into the buffers that it has offered, in their order. Switch thread;
 * allocation-free.
 */
final class ReceiveQueue {
    private final DeviceQueue queue;
    private final TakenChains buffers;
    private final boolean mergeable;

    /** @param mergeable whether a frame may be spread over several buffers (MRG_RXBUF) */
    ReceiveQueue(DeviceQueue queue, boolean mergeable) {
        this.queue = queue;
        this.buffers = queue.chains(queue.size());
        this.mergeable = mergeable;
    }

    DeviceQueue queue() {
        return queue;
    }

    /**
     * Copies one frame with its header, whose num_buffers is written here.
     *
     * @param bytes header and frame
     */
    Verdict put(MemorySegment memory, long header, int bytes) {
        int needed = buffersFor(bytes);
        if (needed <= 0) {
            return needed == 0 ? Verdict.DROP_NO_ROOM : Verdict.DROP_SIZE;
        }
        // Section 5.1.6.4.1: how many buffers the frame is spread over; 1 without the feature.
        NetHeader.putBuffers(memory, header, needed);
        int done = 0;
        for (int i = 0; i < needed; i++) {
            int piece = buffers.copyIn(0, 0, memory, header + done, bytes - done);
            queue.giveBack(buffers.head(0), piece);
            buffers.removeFirst();
            done += piece;
        }
        return Verdict.FORWARDED;
    }

    /** Buffers that the frame fills; 0 if there are too few, -1 if it fits none of this guest's. */
    private int buffersFor(int bytes) {
        long covered = 0;
        int count = 0;
        while (covered < bytes) {
            if (count == buffers.count() && !queue.take(buffers)) {
                // A guest that has filled its queue and whose buffers are still too small will not
                // do better later.
                return count == queue.size() ? -1 : 0;
            }
            covered += buffers.writableBytes(count);
            count++;
            if (!mergeable) {
                return covered < bytes ? -1 : 1;
            }
        }
        return count;
    }
}
