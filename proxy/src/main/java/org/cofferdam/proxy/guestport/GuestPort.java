package org.cofferdam.proxy.guestport;

import java.util.OptionalInt;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.Port;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.ReceiveGate;
import org.cofferdam.proxy.packetswitch.Selection;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.cofferdam.proxy.virtqueue.DataFlow;
import org.cofferdam.proxy.virtqueue.DeviceQueue;
import org.cofferdam.proxy.virtqueue.InflightRegion;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueError;
import org.cofferdam.proxy.virtqueue.QueueMemory;
import org.cofferdam.proxy.virtqueue.WriteLog;
import org.jspecify.annotations.Nullable;

/**
 * A guest's port. Queue 2n is the n-th that the guest receives from, queue 2n + 1 the n-th that it transmits into
 * (virtio 1.2, section 5.1.2).
 *
 * <p>States: empty, {@link #start} of any queue → running, an offence in one → refused with all queues stopped, {@link
 * #detach} → empty. Where no queue receives, frames for the guest are dropped and counted: a guest may stay away for
 * as long as it likes, and nobody waits for it.
 *
 * <p>The switch's thread calls everything here; allocation-free but for start, stop and detach.
 */
public final class GuestPort implements Port {
    /** Most pairs of queues. */
    public static final int MOST_PAIRS = 2;

    /** Most queues. */
    public static final int MOST_QUEUES = 2 * MOST_PAIRS;

    private static final Object NOBODYS = new Object();

    private final PortId id;
    private final CrossingRecorder recorder;
    private final OffloadConversion conversion = new OffloadConversion();
    private final FlowSpread spread = new FlowSpread();
    private final @Nullable ReceiveQueue[] receive = new ReceiveQueue[MOST_PAIRS];
    private final @Nullable TransmitQueue[] transmit = new TransmitQueue[MOST_PAIRS];

    private GuestBell bell = GuestBell.NONE;
    private GuestFeatures features = new GuestFeatures(0);
    private @Nullable WriteLog log;
    private boolean notifying;
    private int nextTransmit;

    private QueueError refusal = QueueError.NONE;
    private int refusedQueue = -1;
    private int refusedHead = -1;
    private boolean refusalRecorded = true;

    public GuestPort(PortId id, CrossingRecorder recorder) {
        this.id = id;
        this.recorder = recorder;
    }

    /** Its number. */
    public PortId id() {
        return id;
    }

    /**
     * A guest is there, with no queue yet.
     *
     * @param guestBell told what only the guest's thread may do
     */
    public void attach(GuestBell guestBell) {
        detach();
        bell = guestBell;
        refusal = QueueError.NONE;
        refusedQueue = -1;
        refusedHead = -1;
        refusalRecorded = true;
    }

    /** Lets go of everything of the guest's. What was put into its queues and not shown is lost. */
    public void detach() {
        clear();
        bell = GuestBell.NONE;
    }

    private void clear() {
        for (int i = 0; i < MOST_PAIRS; i++) {
            receive[i] = null;
            transmit[i] = null;
        }
        log = null;
        notifying = false;
    }

    /**
     * Starts a queue behind what was returned by whoever served it before, this monitor or another, asked or killed.
     *
     * @param number 0 to {@link #MOST_QUEUES} - 1; a queue that runs is replaced
     * @param base where that is, for a queue whose memory does not tell ({@link QueueConfig#resume})
     * @param inflight where the queue keeps that for its next device; null for nowhere
     * @param accepted what the guest has negotiated, for all its queues
     * @return false when the guest was refused meanwhile, or its memory is gone: nothing runs then
     * @throws IllegalArgumentException when a ring lies outside the memory
     */
    public boolean start(
            int number,
            QueueConfig config,
            QueueMemory memory,
            int base,
            @Nullable InflightRegion inflight,
            GuestFeatures accepted) {
        if (refusal != QueueError.NONE) {
            return false;
        }
        features = accepted;
        boolean receives = (number & 1) == 0;
        DataFlow flow = receives ? DataFlow.DEVICE_TO_DRIVER : DataFlow.DRIVER_TO_DEVICE;
        try {
            DeviceQueue queue = config.resume(memory, flow, base, inflight);
            log = memory.log();
            // Buffers that are offered later matter only when a frame looks for them.
            queue.disableNotifications();
            settle();
            if (receives) {
                receive[number / 2] =
                        new ReceiveQueue(queue, accepted.has(GuestFeatures.MRG_RXBUF));
            } else {
                transmit[number / 2] = new TransmitQueue(queue, accepted);
            }
            notifying = false;
            return true;
        } catch (InternalError e) {
            refuse(QueueError.MEMORY_LOST, number, -1);
            return false;
        }
    }

    /**
     * Stops a queue, and touches its memory no more when this returns.
     *
     * @return where it stands, for whoever starts it again; empty if it does not run
     */
    public OptionalInt stop(int number) {
        DeviceQueue queue = queue(number);
        if (queue == null) {
            return OptionalInt.empty();
        }
        try {
            queue.publish();
            settle();
        } catch (InternalError e) {
            refuse(QueueError.MEMORY_LOST, number, -1);
        }
        if ((number & 1) == 0) {
            receive[number / 2] = null;
        } else {
            transmit[number / 2] = null;
        }
        return OptionalInt.of(queue.position());
    }

    private @Nullable DeviceQueue queue(int number) {
        if ((number & 1) == 0) {
            ReceiveQueue queue = receive[number / 2];
            return queue == null ? null : queue.queue();
        }
        TransmitQueue queue = transmit[number / 2];
        return queue == null ? null : queue.queue();
    }

    @Override
    public void receive(Burst burst, ReceiveGate gate) {
        int number = -1;
        try {
            for (int tried = 0; tried < MOST_PAIRS && burst.count() == 0; tried++) {
                TransmitQueue queue = transmit[nextTransmit];
                number = 2 * nextTransmit + 1;
                nextTransmit = nextTransmit + 1 == MOST_PAIRS ? 0 : nextTransmit + 1;
                if (queue == null) {
                    continue;
                }
                if (notifying) {
                    stopNotifications();
                }
                burst.setQueue(number);
                queue.take(burst, gate);
                refuseIfBroken(queue.queue(), number);
            }
            settle();
        } catch (InternalError e) {
            // What was copied may be anything.
            burst.clear();
            refuse(QueueError.MEMORY_LOST, number, -1);
        }
    }

    @Override
    public void send(Burst burst, Selection selection) {
        int count = selection.count();
        int position = 0;
        int number = -1;
        int pairs = receivingPairs();
        try {
            for (; pairs != 0 && position < count && refusal == QueueError.NONE; position++) {
                int frame = selection.frame(position);
                int pair = pairs == 1 ? 0 : spread.pair(burst, frame, pairs);
                number = 2 * pair;
                ReceiveQueue queue = receive[pair];
                Verdict verdict =
                        queue == null
                                ? Verdict.DROP_PORT_DOWN
                                : conversion.put(
                                        queue,
                                        features,
                                        burst.memory(),
                                        burst.header(frame),
                                        burst.length(frame));
                if (verdict != Verdict.FORWARDED) {
                    selection.refuse(position, verdict);
                    if (queue != null) {
                        refuseIfBroken(queue.queue(), number);
                    }
                }
            }
            settle();
        } catch (InternalError e) {
            refuse(QueueError.MEMORY_LOST, number, -1);
        }
        for (; position < count; position++) {
            selection.refuse(position, Verdict.DROP_PORT_DOWN);
        }
    }

    /** The pairs that receive, a bit for each. */
    private int receivingPairs() {
        int pairs = 0;
        for (int i = 0; i < MOST_PAIRS; i++) {
            pairs |= receive[i] == null ? 0 : 1 << i;
        }
        return pairs;
    }

    @Override
    public void flush(long now) {
        int wanted = 0;
        int number = 0;
        try {
            for (; number < MOST_QUEUES; number++) {
                DeviceQueue queue = queue(number);
                if (queue != null && queue.publish() && queue.shouldSignal()) {
                    wanted |= 1 << number;
                }
            }
            settle();
        } catch (InternalError e) {
            refuse(QueueError.MEMORY_LOST, number, -1);
        }
        if (log != null && log.takeMarked()) {
            wanted |= GuestBell.LOG;
        }
        if (wanted != 0) {
            bell.call(wanted);
        }
        if (!refusalRecorded) {
            refusalRecorded = recorder.queueRefused(id, refusedQueue, refusedHead, refusal);
        }
    }

    /**
     * Asks the guest to kick when it transmits, for a thread that is about to sleep.
     *
     * @return true when frames wait already, so that it must not
     */
    public boolean askForKicks() {
        boolean waiting = false;
        int number = -1;
        try {
            for (int i = 0; i < MOST_PAIRS; i++) {
                TransmitQueue queue = transmit[i];
                if (queue != null) {
                    number = 2 * i + 1;
                    waiting |= queue.queue().enableNotifications();
                    refuseIfBroken(queue.queue(), number);
                }
            }
            settle();
            notifying = true;
        } catch (InternalError e) {
            refuse(QueueError.MEMORY_LOST, number, -1);
            return false;
        }
        return waiting;
    }

    private void stopNotifications() {
        notifying = false;
        for (TransmitQueue queue : transmit) {
            if (queue != null) {
                queue.queue().disableNotifications();
            }
        }
    }

    /**
     * An access to memory that is gone is told to the thread at its next safepoint, which may come after the method
     * that touched it; the return from a native method is one. So the error is met here, where it is known whose
     * memory it was, and not in another port's code. Costs some 20 ns.
     */
    private static void settle() {
        if (Thread.holdsLock(NOBODYS)) {
            throw new IllegalStateException("Nobody locks this");
        }
    }

    private void refuseIfBroken(DeviceQueue queue, int number) {
        if (queue.error() != QueueError.NONE) {
            refuse(queue.error(), number, queue.errorHead());
        }
    }

    private void refuse(QueueError reason, int number, int head) {
        if (refusal == QueueError.NONE) {
            refusal = reason;
            refusedQueue = number;
            refusedHead = head;
            refusalRecorded = false;
            clear();
            bell.broken();
        }
    }

    /** Why the guest was refused; {@link QueueError#NONE} if it was not. */
    public QueueError refusal() {
        return refusal;
    }

    /** The queue of the refusal, or -1. */
    public int refusedQueue() {
        return refusedQueue;
    }

    /** How many queues run. */
    public int running() {
        int count = 0;
        for (int number = 0; number < MOST_QUEUES; number++) {
            if (queue(number) != null) {
                count++;
            }
        }
        return count;
    }
}
