package org.cofferdam.proxy.vhostuser;

import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.event.PeerSignal;
import org.cofferdam.proxy.guestport.GuestBell;
import org.cofferdam.proxy.guestport.GuestFeatures;
import org.cofferdam.proxy.guestport.GuestPort;
import org.cofferdam.proxy.vhostuser.message.ProtocolFault;
import org.cofferdam.proxy.vhostuser.message.ProtocolFaultException;
import org.cofferdam.proxy.virtqueue.InflightRegion;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;
import org.jspecify.annotations.Nullable;

/**
 * The way from a guest's thread to its port: each method posts one command to the switch's thread and waits until it
 * was carried out. So when a queue was stopped, nothing of the guest's is touched any more and may be unmapped.
 */
final class QueueSwitchboard {
    /** The switch's thread runs commands between two passes; if it does not for so long, it is dead. */
    private static final long PATIENCE_SECONDS = 30;

    private final PacketThread thread;
    private final GuestPort port;

    QueueSwitchboard(PacketThread thread, GuestPort port) {
        this.thread = thread;
        this.port = port;
    }

    void attach(GuestBell bell) {
        ask(
                () -> {
                    port.attach(bell);
                    return true;
                });
    }

    void detach() {
        ask(
                () -> {
                    port.detach();
                    return true;
                });
    }

    /** A queue that is to start: see {@link GuestPort#start}. */
    record Queue(
            int number,
            QueueConfig config,
            QueueMemory memory,
            int base,
            @Nullable InflightRegion inflight) {}

    /**
     * Starts a queue and watches its kicks.
     *
     * @throws ProtocolFaultException if a part of it lies outside the memory, or the guest was refused meanwhile
     */
    void start(Queue queue, GuestFeatures features, @Nullable PeerSignal kick)
            throws ProtocolFaultException {
        boolean started;
        try {
            started =
                    ask(
                            () -> {
                                if (!port.start(
                                        queue.number(),
                                        queue.config(),
                                        queue.memory(),
                                        queue.base(),
                                        queue.inflight(),
                                        features)) {
                                    return false;
                                }
                                if (kick != null) {
                                    thread.watch(kick.fd());
                                }
                                return true;
                            });
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalArgumentException outside) {
                throw new ProtocolFaultException(
                        ProtocolFault.RING_OUTSIDE, String.valueOf(outside.getMessage()));
            }
            if (e.getCause() instanceof NativeCallException refused) {
                throw new ProtocolFaultException(ProtocolFault.KERNEL, refused.getMessage());
            }
            throw e;
        }
        if (!started) {
            throw new ProtocolFaultException(ProtocolFault.QUEUE, "queue " + queue.number());
        }
    }

    /** Stops a queue; where it stands, or empty if it did not run. */
    OptionalInt stop(int number, @Nullable PeerSignal kick) {
        return ask(
                () -> {
                    if (kick != null) {
                        thread.unwatch(kick.fd());
                    }
                    return port.stop(number);
                });
    }

    /** A running queue is kicked by another descriptor from now on. */
    void rewatch(@Nullable PeerSignal old, @Nullable PeerSignal next) {
        ask(
                () -> {
                    if (old != null) {
                        thread.unwatch(old.fd());
                    }
                    if (next != null) {
                        thread.watch(next.fd());
                    }
                    return true;
                });
    }

    /** What the guest was refused for, for people. */
    String refusal() {
        return ask(() -> port.refusal().sentence() + ", queue " + port.refusedQueue());
    }

    private <T> T ask(Callable<T> question) {
        return thread.submit(question).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
}
