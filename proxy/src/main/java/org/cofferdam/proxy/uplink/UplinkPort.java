package org.cofferdam.proxy.uplink;

import java.lang.foreign.Arena;
import org.cofferdam.proxy.frame.Ethernet;
import org.cofferdam.proxy.frame.NetHeader;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.Port;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Selection;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.cofferdam.proxy.virtqueue.DataFlow;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueError;
import org.cofferdam.proxy.virtqueue.QueueMemory;
import org.cofferdam.proxy.virtqueue.SplitQueue;
import org.cofferdam.proxy.virtqueue.TakenChains;

/**
 * The driver domain's port: receive queue 0 (host to domain) with mergeable buffers, transmit queue 1 (domain to host),
 * a 12-byte virtio-net header before each frame (virtio 1.2, sections 5.1.6.2 to 5.1.6.4).
 *
 * <p>States: detached, {@link #attach} → running, an offence → refused, {@link #detach} → detached. In the last two
 * nothing of the domain's memory is touched. For {@link #HOLD_NANOS} after the port stopped running, frames for the
 * domain wait with their senders, because a restart is usually over by then; afterwards they are dropped and counted.
 *
 * <p>The switch's thread calls everything here; allocation-free but for attach and detach.
 */
public final class UplinkPort implements Port {
    /** Number of the queue that the domain receives from. */
    public static final int RECEIVE_QUEUE = 0;

    /** Number of the queue that the domain transmits into. */
    public static final int TRANSMIT_QUEUE = 1;

    /**
     * The features that both sides of the uplink have, fixed without negotiation (virtio 1.2, sections 5.1.3 and 6):
     * CSUM 0, GUEST_CSUM 1, GUEST_TSO4 7, GUEST_TSO6 8, HOST_TSO4 11, HOST_TSO6 12, MRG_RXBUF 15, VERSION_1 32,
     * IN_ORDER 35.
     */
    public static final long FEATURES =
            1L | 1L << 1 | 1L << 7 | 1L << 8 | 1L << 11 | 1L << 12 | 1L << 15 | 1L << 32 | 1L << 35;

    /** How long frames wait for a domain that is not there. */
    public static final long HOLD_NANOS = 1_000_000_000L;

    /** What the port is doing. */
    public enum State {
        /** No domain. */
        DETACHED,
        /** Queues are served. */
        RUNNING,
        /** The domain broke the rules of a queue; it must be restarted. */
        REFUSED
    }

    private final PortId id;
    private final CrossingRecorder recorder;
    private final ReceiveGate gate = new Gate();

    private State state = State.DETACHED;
    private boolean everRan;
    private long stoppedAt;
    private boolean stopTimeKnown;
    private boolean refusalRecorded;
    private QueueError refusal = QueueError.NONE;
    private int refusedQueue = -1;
    private int refusedHead = -1;
    private int signals;
    private boolean kicksWanted;

    // Of the domain that is attached, or was last; before the first one, of an empty domain that is
    // never looked at.
    private Queues queues = Queues.NONE;

    /** One domain's queues and what is kept for them. */
    private record Queues(
            SplitQueue receive,
            SplitQueue transmit,
            RoomAhead room,
            TakenChains taken,
            ServiceWatch watch) {
        static final Queues NONE = empty();

        static Queues of(SplitQueue receive, SplitQueue transmit) {
            return new Queues(
                    receive,
                    transmit,
                    new RoomAhead(receive),
                    transmit.chains(1),
                    new ServiceWatch(receive));
        }

        private static Queues empty() {
            QueueMemory nothing = QueueMemory.of(0, Arena.global().allocate(64, 16));
            QueueConfig config = QueueConfig.plain(1, 0, 16, 32);
            return of(
                    config.activate(nothing, DataFlow.DEVICE_TO_DRIVER),
                    config.activate(nothing, DataFlow.DRIVER_TO_DEVICE));
        }
    }

    public UplinkPort(PortId id, CrossingRecorder recorder) {
        this.id = id;
        this.recorder = recorder;
    }

    /**
     * Starts to serve a domain's queues from index 0. Before it may run a driver, so nothing in the rings counts yet.
     *
     * @param memory the domain's memory, with the window that buffers may lie in
     * @param receive where queue 0 lies
     * @param transmit where queue 1 lies
     * @throws IllegalArgumentException when a ring lies outside the memory
     * @throws IllegalStateException when a domain is attached
     */
    public void attach(QueueMemory memory, QueueConfig receive, QueueConfig transmit) {
        if (state != State.DETACHED) {
            throw new IllegalStateException("A domain is attached");
        }
        queues =
                Queues.of(
                        receive.activate(memory, DataFlow.DEVICE_TO_DRIVER),
                        transmit.activate(memory, DataFlow.DRIVER_TO_DEVICE));
        // The switch polls both queues in every pass.
        queues.receive().disableNotifications();
        queues.transmit().disableNotifications();
        state = State.RUNNING;
        everRan = true;
        refusal = QueueError.NONE;
        refusedQueue = -1;
        refusedHead = -1;
        signals = 0;
        kicksWanted = false;
        recorder.attached(id, "driver domain");
    }

    /** Lets go of the domain's memory. Does nothing if none is attached. */
    public void detach() {
        if (state == State.DETACHED) {
            return;
        }
        stop(State.DETACHED);
        queues = Queues.NONE;
        recorder.detached(id, "driver domain");
    }

    private void stop(State next) {
        if (state == State.RUNNING) {
            stopTimeKnown = false;
        }
        state = next;
    }

    @Override
    public void receive(Burst burst, ReceiveGate gate) {
        if (state != State.RUNNING) {
            return;
        }
        burst.setQueue(TRANSMIT_QUEUE);
        SplitQueue transmit = queues.transmit();
        if (kicksWanted) {
            kicksWanted = false;
            transmit.disableNotifications();
            queues.receive().disableNotifications();
        }
        TakenChains taken = queues.taken();
        try {
            while (burst.hasRoom() && gate.admits() && transmit.take(taken)) {
                gate.reserve(copyOut(burst, taken));
                transmit.giveBack(taken.head(0), 0);
                taken.clear();
            }
        } catch (InternalError e) {
            // The JVM's answer to a mapping whose file was cut short; the copy may be anything.
            burst.clear();
            transmit.refuse(QueueError.MEMORY_LOST, -1);
        }
        refuseIfBroken();
    }

    /** Returns how many bytes were copied. */
    private static int copyOut(Burst burst, TakenChains taken) {
        long frameBytes = taken.readableBytes(0) - NetHeader.BYTES;
        if (frameBytes < Ethernet.HEADER_BYTES) {
            burst.addRefused((int) Math.max(0, frameBytes), Verdict.DROP_MALFORMED);
        } else if (frameBytes > Ethernet.LARGEST_FRAME) {
            burst.addRefused((int) Math.min(Integer.MAX_VALUE, frameBytes), Verdict.DROP_SIZE);
        } else {
            taken.copyOut(0, 0, burst.memory(), burst.next(), NetHeader.BYTES + (int) frameBytes);
            burst.add((int) frameBytes);
            return (int) frameBytes;
        }
        return 0;
    }

    @Override
    public void send(Burst burst, Selection selection) {
        int count = selection.count();
        int position = 0;
        try {
            for (; position < count && state == State.RUNNING; position++) {
                if (!copyIn(burst, selection.frame(position))) {
                    selection.refuse(position, Verdict.DROP_NO_ROOM);
                }
            }
        } catch (InternalError e) {
            queues.receive().refuse(QueueError.MEMORY_LOST, -1);
            refuseIfBroken();
        }
        for (; position < count; position++) {
            selection.refuse(position, Verdict.DROP_PORT_DOWN);
        }
    }

    private boolean copyIn(Burst burst, int frame) {
        RoomAhead room = queues.room();
        SplitQueue receive = queues.receive();
        int bytes = NetHeader.BYTES + burst.length(frame);
        int buffers = room.buffersFor(bytes);
        if (buffers == 0) {
            return false;
        }
        // Section 5.1.6.4: num_buffers says over how many buffers the frame is spread; all but the
        // last are full.
        NetHeader.putBuffers(burst.memory(), burst.header(frame), buffers);
        int done = 0;
        for (int i = 0; i < buffers; i++) {
            TakenChains chains = room.chains();
            int piece =
                    chains.copyIn(0, 0, burst.memory(), burst.header(frame) + done, bytes - done);
            receive.giveBack(chains.head(0), piece);
            room.removeFirst();
            queues.watch().filledOne();
            done += piece;
        }
        return true;
    }

    @Override
    public void flush(long now) {
        if (state == State.RUNNING) {
            SplitQueue receive = queues.receive();
            SplitQueue transmit = queues.transmit();
            receive.publish();
            transmit.publish();
            // Both are asked, so that each notes what it was asked for.
            signals |= receive.shouldSignal() ? 1 << RECEIVE_QUEUE : 0;
            signals |= transmit.shouldSignal() ? 1 << TRANSMIT_QUEUE : 0;
            receive.pending();
            queues.watch().observe(now, !queues.room().admits());
            refuseIfBroken();
        }
        if (state == State.REFUSED && !refusalRecorded) {
            refusalRecorded = recorder.queueRefused(id, refusedQueue, refusedHead, refusal);
        }
        if (state != State.RUNNING && !stopTimeKnown) {
            stoppedAt = now;
            stopTimeKnown = true;
        }
    }

    private void refuseIfBroken() {
        if (state == State.RUNNING) {
            refuseIfBroken(queues.receive(), RECEIVE_QUEUE);
            refuseIfBroken(queues.transmit(), TRANSMIT_QUEUE);
        }
    }

    private void refuseIfBroken(SplitQueue queue, int number) {
        if (state == State.RUNNING && queue.error() != QueueError.NONE) {
            refusal = queue.error();
            refusedQueue = number;
            refusedHead = queue.errorHead();
            refusalRecorded = false;
            stop(State.REFUSED);
        }
    }

    @Override
    public ReceiveGate gate() {
        return gate;
    }

    private final class Gate implements ReceiveGate {
        @Override
        public boolean open(long now) {
            if (state == State.RUNNING) {
                boolean room = queues.room().open(now);
                refuseIfBroken();
                return room;
            }
            // Frames wait for a domain that will be back soon, and are dropped (and counted) for
            // one that will not.
            return !everRan || (stopTimeKnown && now - stoppedAt > HOLD_NANOS);
        }

        @Override
        public boolean admits() {
            return state != State.RUNNING || queues.room().admits();
        }

        @Override
        public void reserve(int frameBytes) {
            if (state == State.RUNNING) {
                queues.room().reserve(frameBytes);
            }
        }
    }

    public State state() {
        return state;
    }

    /** Why the domain was refused; {@link QueueError#NONE} if it was not. */
    public QueueError refusal() {
        return refusal;
    }

    /** The queue of the refusal, or -1. */
    public int refusedQueue() {
        return refusedQueue;
    }

    /** The chain's head (or the index) of the refusal, or -1. */
    public int refusedHead() {
        return refusedHead;
    }

    /**
     * Whether, since the last call, something was published that the domain wants to hear of (its available rings say
     * so). A domain that waits is to be woken then; one that asks to wait has not seen it yet.
     */
    public boolean takeSignal() {
        return takeSignals() != 0;
    }

    /** The same for each queue: the bit of its number is set. */
    public int takeSignals() {
        int wanted = signals;
        signals = 0;
        return wanted;
    }

    /**
     * For a domain that runs beside the switch's thread: asks it to kick for what this thread could do, and looks once
     * more (virtio 1.2, 2.7.10). Kicks are unwanted again after the next pass.
     *
     * @return false if there is something already, so that the thread must not sleep
     */
    public boolean readyToSleep() {
        if (state != State.RUNNING) {
            return true;
        }
        kicksWanted = true;
        boolean work = queues.transmit().enableNotifications();
        // New receive buffers matter to those only who wait for room.
        work |= !queues.room().admits() && queues.receive().enableNotifications();
        return !work;
    }

    /** Whether the domain has offered frames that were not taken yet. One acquire load of its memory. */
    public boolean hasFramesFromDomain() {
        return state == State.RUNNING && queues.transmit().pending() > 0;
    }

    /** Receive buffers that the domain has offered since it was attached: grows while it serves its queue. */
    public long rxConsumedProgress() {
        return queues.receive().chainsOffered();
    }

    /** Receive buffers that were filled with frames since the domain was attached. */
    public long rxFilled() {
        return queues.watch().filled();
    }

    /** Frames that the domain has transmitted since it was attached. */
    public long txTakenProgress() {
        return queues.transmit().chainsTaken();
    }

    /** Receive buffers that were filled and that the domain has not offered again. */
    public long rxOwed() {
        return queues.watch().owed();
    }

    /**
     * For how long the domain has owed receive buffers (or offered too few for one frame) without offering any: 0 while
     * it serves its queue. Without a link a card may rightly keep frames; the caller knows the link.
     *
     * @param now nanoseconds of the switch's clock
     */
    public long rxUnservedNanos(long now) {
        return state == State.RUNNING ? queues.watch().unservedNanos(now) : 0;
    }
}
