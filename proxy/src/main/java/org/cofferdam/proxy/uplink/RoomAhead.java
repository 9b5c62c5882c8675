package org.cofferdam.proxy.uplink;

import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.virtqueue.SplitQueue;
import org.cofferdam.proxy.virtqueue.TakenChains;

/**
 * The receive buffers that the domain has offered, taken and checked ahead of the frames that will fill them, so that
 * the room in them is known exactly.
 *
 * <p>A frame fills whole buffers, in order, until they hold it. If a run of frames fits, any selection of them fits,
 * too: each then starts at the same buffer or an earlier one, and so ends no later. So what was reserved for a burst
 * is enough for those of its frames that the switch lets pass.
 *
 * <p>One thread, allocation-free.
 */
final class RoomAhead implements ReceiveGate {
    private static final int LARGEST = NetHeader.BYTES + Ethernet.LARGEST_FRAME;

    private final SplitQueue queue;
    private final TakenChains chains;
    private long room;
    private long roomLeft;
    private int nextReserved;

    RoomAhead(SplitQueue queue) {
        this.queue = queue;
        this.chains = queue.chains(queue.size());
    }

    @Override
    public boolean open(long now) {
        while (queue.take(chains)) {
            room += chains.writableBytes(chains.count() - 1);
        }
        roomLeft = room;
        nextReserved = 0;
        return admits();
    }

    @Override
    public boolean admits() {
        return roomLeft >= LARGEST;
    }

    @Override
    public void reserve(int frameBytes) {
        long wanted = (long) NetHeader.BYTES + frameBytes;
        while (wanted > 0 && nextReserved < chains.count()) {
            long bytes = chains.writableBytes(nextReserved);
            wanted -= bytes;
            roomLeft -= bytes;
            nextReserved++;
        }
    }

    /** How many buffers a frame with its header fills, or 0 if it does not fit. */
    int buffersFor(int bytes) {
        long covered = 0;
        for (int i = 0; i < chains.count(); i++) {
            covered += chains.writableBytes(i);
            if (covered >= bytes) {
                return i + 1;
            }
        }
        return 0;
    }

    TakenChains chains() {
        return chains;
    }

    /** The oldest buffer was filled. */
    void removeFirst() {
        room -= chains.writableBytes(0);
        chains.removeFirst();
    }
}
