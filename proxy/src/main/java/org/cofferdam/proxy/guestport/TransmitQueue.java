package org.cofferdam.proxy.guestport;

import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.cofferdam.proxy.virtqueue.DeviceQueue;
import org.cofferdam.proxy.virtqueue.TakenChains;

/** A queue that a guest transmits into. Switch thread; allocation-free. */
final class TransmitQueue {
    private final DeviceQueue queue;
    private final TakenChains taken;
    private final GuestFeatures features;

    TransmitQueue(DeviceQueue queue, GuestFeatures features) {
        this.queue = queue;
        this.taken = queue.chains(1);
        this.features = features;
    }

    DeviceQueue queue() {
        return queue;
    }

    /** Takes frames up to what the burst holds and the gate admits. */
    void take(Burst burst, ReceiveGate gate) {
        while (burst.hasRoom() && gate.admits() && queue.take(taken)) {
            long frameBytes = taken.readableBytes(0) - NetHeader.BYTES;
            gate.reserve(Math.clamp(frameBytes, 0, Ethernet.LARGEST_FRAME));
            copyOut(burst, frameBytes);
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
