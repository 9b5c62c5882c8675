package org.cofferdam.monitor.domain;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
    private final List<RegisterWindow> windows;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> Thread.ofPlatform().name("machines").daemon().unstarted(work));
    private @Nullable Future<DomainMachine> spare;

    MachineMaker(Kvm kvm, SharedMemory ram, List<RegisterWindow> windows) {
        this.kvm = kvm;
        this.ram = ram;
        this.windows = windows;
    }

    /** The machine that was made ready, or one made now. */
    DomainMachine take() {
        Future<DomainMachine> ready = spare;
        spare = null;
        if (ready != null) {
            try {
                return ready.get();
            } catch (ExecutionException e) {
                LOG.debug("no spare machine: {}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return make();
    }

    private DomainMachine make() {
        return DomainMachine.create(kvm, ram, windows);
    }

    /** Begins to make a spare, unless there is one. */
    void prepare() {
        if (spare == null) {
            spare = thread.submit(this::make);
        }
    }

    /** Unmakes a machine that will not run again. */
    void retire(DomainMachine machine) {
        thread.execute(machine::close);
    }

    @Override
    public void close() {
        Future<DomainMachine> last = spare;
        spare = null;
        if (last != null) {
            thread.execute(
                    () -> {
                        if (last.state() == Future.State.SUCCESS) {
                            last.resultNow().close();
                        }
                    });
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
