package org.cofferdam.monitor.pci;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * Does what the kernel does when something is written to a driver's bind and unbind, to drivers_probe or driver_override of
 * a {@link FakeMachine}, for its one card. A moment later than the kernel would: a caller that does not look again is caught.
 */
public final class FakeKernel implements AutoCloseable {
    private static final List<String> DRIVERS = List.of("e1000e", "vfio-pci");
    private static final String CARD = FakeMachine.CARD;

    private final FakeMachine machine;
    private final Set<String> refusing = new CopyOnWriteArraySet<>();
    private final List<String> moves = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "fake-kernel");
    private volatile boolean ended;

    private FakeKernel(FakeMachine machine) {
        this.machine = machine;
    }

    public static FakeKernel of(FakeMachine machine) {
        return new FakeKernel(machine);
    }

    public void start() {
        thread.start();
    }

    /** From now on this driver takes no card. */
    FakeKernel refuses(String driver) {
        refusing.add(driver);
        return this;
    }

    /** Each binding and unbinding, in order; for when the kernel has ended. */
    List<String> moves() {
        return List.copyOf(moves);
    }

    private void run() {
        while (!ended) {
            for (String driver : DRIVERS) {
                if (written("sys/bus/pci/drivers/" + driver + "/unbind")
                        && machine.driverOf(CARD).equals(Optional.of(driver))) {
                    unbind(driver);
                }
                if (written("sys/bus/pci/drivers/" + driver + "/bind")) {
                    bind(driver);
                }
            }
            if (written("sys/bus/pci/drivers_probe")) {
                String override =
                        machine.get(FakeMachine.folder(CARD) + "/driver_override").strip();
                bind(override.isEmpty() || override.equals("(null)") ? "e1000e" : override);
            }
            try {
                // A kernel acts a moment after the write; the test stops this thread.
                Thread.sleep(2);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean written(String file) {
        if (!Files.exists(machine.path(file)) || !machine.get(file).equals(CARD)) {
            return false;
        }
        machine.put(file, "");
        return true;
    }

    private void bind(String driver) {
        String override = machine.get(FakeMachine.folder(CARD) + "/driver_override").strip();
        boolean free = override.isEmpty() || override.equals("(null)");
        // vfio-pci has no list of identities, so without an override it matches nothing.
        boolean matches = driver.equals(free ? "e1000e" : override);
        if (machine.driverOf(CARD).isEmpty() && matches && !refusing.contains(driver)) {
            machine.bound(CARD, driver);
            moves.add("bind " + driver);
            if (driver.equals("e1000e")) {
                machine.netdev(CARD, "eth9");
            }
        }
    }

    private void unbind(String driver) {
        machine.remove(FakeMachine.folder(CARD) + "/net");
        machine.unbound(CARD);
        moves.add("unbind " + driver);
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
