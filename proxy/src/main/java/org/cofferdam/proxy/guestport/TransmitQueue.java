package org.cofferdam.proxy.guestport;

import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.cofferdam.proxy.virtqueue.SplitQueue;
import org.cofferdam.proxy.virtqueue.TakenChains;

/** A queue that a guest transmits into. Switch thread; allocation-free. */
final class TransmitQueue {
    /** Some 40 frames of 1500 bytes: shorter turns cost more in passes, longer ones keep the others waiting. */
    private static final int TURN_BYTES = 64 << 10;

    /** What a frame of any size costs at least: 256 of them make a turn. */
    private static final int SMALLEST_COST = TURN_BYTES / Burst.DEFAULT_FRAMES;

    private final SplitQueue queue;
    private final TakenChains taken;
    private final GuestFeatures features;
    private int credit;

    TransmitQueue(SplitQueue queue, GuestFeatures features) {
        this.queue = queue;
        this.taken = queue.chains(1);
        this.features = features;
    }

    SplitQueue queue() {
        return queue;
    }

    /**
     * Takes frames up to what the burst holds, the gate admits and its turn allows: {@link #TURN_BYTES}, less what the
     * turns before took beyond theirs (deficit round robin, so that a sender of 64 KiB frames gets no more of the
     * switch than one of small ones). What a turn leaves is not saved.
     */
    void take(Burst burst, ReceiveGate gate) {
        credit = Math.min(credit, 0) + TURN_BYTES;
        while (credit > 0 && burst.hasRoom() && gate.admits() && queue.take(taken)) {
            long frameBytes = taken.readableBytes(0) - NetHeader.BYTES;
            gate.reserve(Math.clamp(frameBytes, 0, Ethernet.LARGEST_FRAME));
            copyOut(burst, frameBytes);
            credit -= Math.clamp(frameBytes, SMALLEST_COST, Ethernet.LARGEST_FRAME);
            queue.giveBack(taken.head(0), 0);
            taken.clear();
        }
    }

    private void copyOut(Burst burst, long frameBytes) {
        if (frameBytes < Ethernet.HEADER_BYTES) {
            burst.addRefused((int) Math.max(0, frameBytes), Verdict.DROP_MALFORMED);
            return;
        }
        if (frameBytes > Ethernet.LARGEST_FRAME) {
            burst.addRefused((int) Math.min(Integer.MAX_VALUE, frameBytes), Verdict.DROP_SIZE);
            return;
        }
        long at = burst.next();
        taken.copyOut(0, 0, burst.memory(), at, NetHeader.BYTES + (int) frameBytes);
        int flags = NetHeader.flags(burst.memory(), at);
        int type = NetHeader.gsoType(burst.memory(), at);
        if ((flags | type) != 0 && !features.maySend(flags, type)) {
            burst.addRefused((int) frameBytes, Verdict.DROP_MALFORMED);
            return;
        }
        burst.add((int) frameBytes);
    }
}
