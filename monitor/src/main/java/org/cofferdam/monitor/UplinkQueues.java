package org.cofferdam.monitor;

import org.cofferdam.monitor.card.AssignedNic;
import org.cofferdam.monitor.domain.DomainQueues;
import org.cofferdam.proxy.uplink.UplinkPort;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;

/**
 * The uplink's two virtqueues and the card's two rings as the domain's life cycle sees them: all that the domain
 * has to serve. Domain thread; allocation-free but for attaching.
 */
final class UplinkQueues implements DomainQueues {
    private final UplinkPort uplink;
    private final AssignedNic card;

    UplinkQueues(UplinkPort uplink, AssignedNic card) {
        this.uplink = uplink;
        this.card = card;
    }

    @Override
    public void attach(QueueMemory memory, QueueConfig receive, QueueConfig transmit) {
        uplink.attach(memory, receive, transmit);
    }

    @Override
    public void detach() {
        uplink.detach();
    }

    @Override
    public boolean hasNews() {
        return uplink.takeSignal();
    }

    @Override
    public void domainLooks() {
        uplink.takeSignal();
    }

    @Override
    public int takeSignals() {
        return uplink.takeSignals();
    }

    @Override
    public boolean readyToSleep() {
        return uplink.readyToSleep();
    }

    @Override
    public long offered() {
        return uplink.rxFilled() + card.framesReceived();
    }

    @Override
    public long served() {
        return uplink.rxConsumedProgress() + uplink.txTakenProgress() + card.tailMoves();
    }

    @Override
    public boolean broken() {
        return uplink.state() == UplinkPort.State.REFUSED;
    }

    @Override
    public String breakage() {
        return "queue "
                + uplink.refusedQueue()
                + ", descriptor "
                + uplink.refusedHead()
                + ": "
                + uplink.refusal().sentence();
    }
}
