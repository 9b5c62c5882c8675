package org.cofferdam.monitor.domain;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.monitor.pc.VirtioNetBackend;
import org.cofferdam.proxy.vhostuser.PacketThread;
import org.cofferdam.proxy.virtqueue.QueueConfig;
import org.cofferdam.proxy.virtqueue.QueueMemory;

/**
 * Carries the uplink's start and stop from the vCPU's thread, where the domain's driver does them, to the domain thread,
 * which owns the queues. The vCPU waits, since after a reset no ring may be touched any more (virtio 1.2, 2.4); it gives
 * up when it is stopped itself, because the domain thread waits for it then.
 */
final class UplinkBackend implements VirtioNetBackend {
    private static final long LOOK_MILLIS = 2;

    private final DomainQueues queues;
    private final QueueMemory memory;
    private final PacketThread thread;
    private final EventFd kick;
    private BooleanSupplier stopping = () -> false;

    /**
     * @param memory all of the domain's memory
     * @param kick wakes the domain thread
     */
    UplinkBackend(DomainQueues queues, QueueMemory memory, PacketThread thread, EventFd kick) {
        this.queues = queues;
        this.memory = memory;
        this.thread = thread;
        this.kick = kick;
    }

    /** Who puts the doorbells where the domain has them. */
    interface Places {
        /** Guest-physical, -1 for none. */
        void changed(long receive, long transmit);
    }

    private Places places = (receive, transmit) -> {};

    /** Says who moves the doorbells; before the vCPU starts. */
    UplinkBackend kickedBy(Places mover) {
        places = mover;
        return this;
    }

    @Override
    public void notifyAddressesChanged(long receive, long transmit) {
        places.changed(receive, transmit);
    }

    /** Says when the vCPU is being stopped; before it starts. */
    void until(BooleanSupplier condition) {
        stopping = condition;
    }

    @Override
    public void start(QueueConfig receive, QueueConfig transmit, long features) {
        await(
                () -> {
                    if (!stopping.getAsBoolean()) {
                        queues.attach(memory, receive, transmit);
                    }
                });
    }

    @Override
    public void stop() {
        await(queues::detach);
    }

    @Override
    public void kicked(int queue) {
        kick.signal();
    }

    private void await(Runnable command) {
        CompletableFuture<Void> done =
                thread.submit(
                        () -> {
                            command.run();
                            return null;
                        });
        while (!stopping.getAsBoolean()) {
            try {
                done.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException stillBusy) {
                // The domain thread is at other work, or waits for this one: look again.
                Thread.onSpinWait();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IllegalArgumentException refused) {
                    throw refused; // a ring outside the memory: the device tells the driver
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
