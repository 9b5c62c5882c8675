package org.cofferdam.monitor.domain;

import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;

/**
 * The domain's uplink as its life cycle sees it: the device side of its virtqueues. Domain thread only;
 * allocation-free but for attaching.
 */
public interface DomainQueues {
    /**
     * Begins to serve queues in the memory of a domain.
     *
     * @throws IllegalArgumentException when a ring lies outside the memory
     */
    void attach(QueueMemory memory, QueueConfig receive, QueueConfig transmit);

    /** Lets go of the memory; frames wait or are dropped and counted. */
    void detach();

    /**
     * Whether something was put into the queues since {@link #domainLooks}: frames, or buffers given back. Asking
     * takes the news.
     */
    boolean hasNews();

    /** The domain is about to look at its queues afresh: what is in them now is no news. */
    void domainLooks();

    /** The queues whose news {@link #hasNews} would tell of, as bits of their numbers; taken by asking. */
    int takeSignals();

    /**
     * For a domain that runs beside this thread: asks it to kick, and looks once more.
     *
     * @return false if there is something already, so that the thread must not sleep
     */
    boolean readyToSleep();

    /** Frames given to the domain, counts up. */
    long offered();

    /** Changes when the domain moves an index of its queues. */
    long served();

    /** Whether the domain broke a queue, which is then dead until {@link #attach}. */
    boolean broken();

    /** What broke it, for people; empty if nothing did. */
    String breakage();
}
