package org.cofferdam.monitor.domain;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.cofferdam.binding.kvm.Kvm;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.monitor.card.RegisterWindow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and unmakes virtual machines off the packet path. The kernel waits for grace periods in both, milliseconds
 * on a quiet machine and a tenth of a second on a busy one, and an outage would be that much longer.
 *
 * <p>While a domain runs, the machine of its next life is made ready by a thread of its own, {@code machines}; it has
 * never run an instruction. All methods belong to the domain thread.
 */
final class MachineMaker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MachineMaker.class);
    private static final long CLOSE_SECONDS = 5;

    private final Kvm kvm;
    private final SharedMemory ram;
    private final Supplier<List<RegisterWindow>> windows;
    private List<RegisterWindow> windowsOfSpare = List.of();
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> Thread.ofPlatform().name("machines").daemon().unstarted(work));
    private @Nullable Future<DomainMachine> spare;

    MachineMaker(Kvm kvm, SharedMemory ram, Supplier<List<RegisterWindow>> windows) {
        this.kvm = kvm;
        this.ram = ram;
        this.windows = windows;
    }

    /** The machine that was made ready, or one made now. */
    DomainMachine take() {
        Future<DomainMachine> ready = spare;
        spare = null;
        // A card that went and came back has its registers elsewhere; where they were may be
        // anything now, so a
        // machine that shows that place to its guest must never run.
        if (ready != null && !windowsOfSpare.equals(windows.get())) {
            discard(ready);
            ready = null;
        }
        if (ready != null) {
            try {
                return ready.get();
            } catch (ExecutionException e) {
                LOG.debug("no spare machine: {}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return DomainMachine.create(kvm, ram, windows.get());
    }

    /** Begins to make a spare, unless there is one. */
    void prepare() {
        if (spare == null) {
            List<RegisterWindow> now = windows.get();
            windowsOfSpare = now;
            spare = thread.submit(() -> DomainMachine.create(kvm, ram, now));
        }
    }

    /** Unmakes a machine that will not run again. */
    void retire(DomainMachine machine) {
        thread.execute(machine::close);
    }

    /** Unmakes a spare; the thread makes it first, if it has not yet. */
    private void discard(Future<DomainMachine> unwanted) {
        thread.execute(
                () -> {
                    if (unwanted.state() == Future.State.SUCCESS) {
                        unwanted.resultNow().close();
                    }
                });
    }

    @Override
    public void close() {
        Future<DomainMachine> last = spare;
        spare = null;
        if (last != null) {
            discard(last);
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a virtual machine is not gone after {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
