package org.cofferdam.libos.net.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * A link that puts an {@link Impairment} in front of another one, for each direction its own: the bad network of tests and
 * of trials, on machines whose kernel has none. With the same seed, the same clock and the same frames it does the same.
 *
 * <p>Frames wait in a bounded queue for each direction; one that finds it full is lost, as in a router, and counted. Frames
 * move when the stack polls or flushes. One thread, allocation-free once made.
 */
public final class ImpairedLink implements Link {
    private final Link inner;
    private final LongSupplier clock;
    private final RandomGenerator random;
    private final FrameQueue incoming;
    private final FrameQueue outgoing;
    private Impairment receive;
    private Impairment transmit;
    private final FrameSink intake = this::takeIn;
    private long polledAt;
    private long lost;
    private long overrun;

    /**
     * Impairs a link.
     *
     * @param clock nanoseconds, the stack's own clock
     * @param frames how many frames each direction holds
     */
    public ImpairedLink(
            Link inner,
            Impairment receive,
            Impairment transmit,
            LongSupplier clock,
            RandomGenerator random,
            int frames) {
        this.inner = inner;
        this.receive = receive;
        this.transmit = transmit;
        this.clock = clock;
        this.random = random;
        this.incoming = new FrameQueue(frames, LONGEST_FRAME);
        this.outgoing = new FrameQueue(frames, LONGEST_FRAME);
    }

    /** Treats frames otherwise from now on; those under way keep their time. */
    public void impair(Impairment newReceive, Impairment newTransmit) {
        receive = newReceive;
        transmit = newTransmit;
    }

    /** Frames that were lost on purpose. */
    public long lost() {
        return lost;
    }

    /** Frames that were lost because a queue was full. */
    public long overrun() {
        return overrun;
    }

    /** When the next frame under way arrives at one of the ends, or {@link Long#MAX_VALUE}. */
    public long nextDue() {
        return Math.min(incoming.nextDue(), outgoing.nextDue());
    }

    @Override
    public MacAddress mac() {
        return inner.mac();
    }

    @Override
    public LinkFeatures features() {
        return inner.features();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public boolean isUp() {
        return inner.isUp();
    }

    @Override
    public int poll(FrameSink sink, int limit) {
        long now = clock.getAsLong();
        release(now);
        polledAt = now;
        inner.poll(intake, limit);
        int n = 0;
        for (; n < limit && incoming.hasDue(now); n++) {
            sink.frame(
                    incoming.memory,
                    incoming.firstPlace(),
                    incoming.firstLength(),
                    incoming.firstOffload());
            incoming.remove();
        }
        return n;
    }

    @Override
    public MemorySegment memory() {
        return outgoing.memory;
    }

    @Override
    public long claim(int bytes) {
        return outgoing.isFull() ? NO_ROOM : outgoing.nextPlace();
    }

    @Override
    public void commit(int bytes, Offload offload) {
        // The frame lies where the queue's next one is written, so it is only copied if it comes
        // twice.
        long now = clock.getAsLong();
        if (random.nextDouble() < transmit.loss()) {
            lost++;
            return;
        }
        long place = outgoing.nextPlace();
        damage(transmit, outgoing.memory, place, bytes);
        outgoing.add(bytes, offload, transmit.arrival(now, random));
        if (random.nextDouble() < transmit.duplicate() && !outgoing.isFull()) {
            MemorySegment.copy(
                    outgoing.memory, place, outgoing.memory, outgoing.nextPlace(), bytes);
            outgoing.add(bytes, offload, transmit.arrival(now, random));
        }
    }

    @Override
    public void flush() {
        release(clock.getAsLong());
        inner.flush();
    }

    private void takeIn(MemorySegment memory, long offset, int length, Offload offload) {
        if (random.nextDouble() < receive.loss()) {
            lost++;
            return;
        }
        int copies = random.nextDouble() < receive.duplicate() ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (incoming.isFull()) {
                overrun++;
                return;
            }
            MemorySegment.copy(memory, offset, incoming.memory, incoming.nextPlace(), length);
            damage(receive, incoming.memory, incoming.nextPlace(), length);
            incoming.add(length, offload, receive.arrival(polledAt, random));
        }
    }

    private void damage(Impairment how, MemorySegment memory, long offset, int length) {
        if (how.damage() > 0 && random.nextDouble() < how.damage()) {
            int bit = random.nextInt(length * 8);
            byte before = memory.get(ValueLayout.JAVA_BYTE, offset + bit / 8);
            memory.set(ValueLayout.JAVA_BYTE, offset + bit / 8, (byte) (before ^ 1 << (bit & 7)));
        }
    }

    private void release(long now) {
        while (outgoing.hasDue(now)) {
            int length = outgoing.firstLength();
            long place = inner.claim(length);
            if (place == NO_ROOM) {
                return;
            }
            MemorySegment.copy(
                    outgoing.memory, outgoing.firstPlace(), inner.memory(), place, length);
            inner.commit(length, outgoing.firstOffload());
            outgoing.remove();
        }
    }
}
