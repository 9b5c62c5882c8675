package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.PciAddress;
import org.cofferdam.monitor.hosttools.HostTools;

/**
 * Moves a card from its kernel driver to vfio-pci and back (Documentation/ABI/testing/sysfs-bus-pci: driver_override,
 * unbind, drivers_probe, bind). Needs root.
 *
 * <p>Every step is looked at afterwards, and each wait has an end. What {@link #giveBack} needs to know is little enough
 * for a line of the journal, so that it also works for a monitor that died anywhere between the steps.
 */
public final class DriverBinding {
    /** A probe takes a second or so; a process that was killed needs a moment to let go. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** No driver: what a journal writes for a card that had none. */
    public static final String NO_DRIVER = "-";

    private final KernelFiles files;
    private final PciBus bus;
    private final HostTools tools;
    private final Consumer<String> trace;
    private final Duration patience;

    /** @param trace is told each change to the host before it is made */
    public DriverBinding(KernelFiles files, Consumer<String> trace) {
        this(files, trace, PATIENCE);
    }

    /** @param patience how long to look for what a step has to bring about */
    DriverBinding(KernelFiles files, Consumer<String> trace, Duration patience) {
        this.patience = patience;
        this.files = files;
        this.bus = new PciBus(files);
        this.tools = new HostTools(trace);
        this.trace = trace;
    }

    /** What has become of a card that was to be given back. */
    public sealed interface GiveBack {
        /** It is where it was before. */
        record Done() implements GiveBack {}

        /** There was nothing to do, and why. */
        record Nothing(String why) implements GiveBack {}

        /** It could not be done: why, and what an operator can do. */
        record Failed(String why, String cure) implements GiveBack {
            /** For the operator. */
            public String sentence(PciAddress address) {
                return "the card " + address + " could not be given back (" + why + "); " + cure;
            }
        }
    }

    /** Whether a card has to be taken at all: one that is on vfio-pci already is used and left so. */
    public static boolean isNeeded(PciDevice card) {
        return !card.isOnVfio();
    }

    /**
     * Gives the card to vfio-pci. The caller has it in the journal.
     *
     * @throws OperatorError after having given the card back
     */
    public void take(PciDevice card) {
        if (!isNeeded(card)) {
            return;
        }
        loadVfio();
        Path folder = bus.folder(card.address());
        try {
            write(folder.resolve("driver_override"), PciDevice.VFIO_PCI);
            if (card.driver().isPresent()) {
                unbind(card.address(), card.driver().get());
            }
            write(files.sys().resolve("bus/pci/drivers_probe"), card.address().toString());
            if (!await(() -> has(card.address(), PciDevice.VFIO_PCI))) {
                throw new IOException("vfio-pci did not take it; the kernel's log says why");
            }
        } catch (IOException e) {
            throw OperatorError.failure(
                    "the card "
                            + card.address()
                            + " could not be taken from its driver ("
                            + IoReason.of(e)
                            + "); "
                            + afterFailure(card),
                    e);
        }
    }

    private String afterFailure(PciDevice card) {
        return switch (giveBack(card.address(), card.id(), card.driver().orElse(NO_DRIVER))) {
            case GiveBack.Done done -> "it is back where it was";
            case GiveBack.Nothing nothing -> nothing.why();
            case GiveBack.Failed failed ->
                    "it could not be put back either (" + failed.why() + "), so " + failed.cure();
        };
    }

    /** Loads vfio-pci, if it is not loaded, and looks for its device. */
    public void loadVfio() {
        if (!isLoaded(PciDevice.VFIO_PCI)) {
            HostTools.Outcome loaded = tools.run("modprobe", PciDevice.VFIO_PCI);
            if (!isLoaded(PciDevice.VFIO_PCI)) {
                throw OperatorError.environment(
                        "the module vfio-pci cannot be loaded ("
                                + loaded.output().lines().findFirst().orElse("no reason given")
                                + "); check that the kernel's modules are installed and run as root");
            }
        }
        if (!Files.exists(files.dev().resolve("vfio/vfio"))) {
            throw OperatorError.environment(
                    files.dev().resolve("vfio/vfio")
                            + " is missing; load the module vfio, and let udev or devtmpfs make the device");
        }
    }

    /**
     * Gives a card back to the driver that it had. Whoever had it open has closed it: the kernel would wait for that. What
     * has become somebody else's, or is another card by now, is left alone.
     *
     * @param id the card's identity, {@link PciDevice#id()}
     * @param previousDriver what had it, or {@link #NO_DRIVER}
     */
    public GiveBack giveBack(PciAddress address, String id, String previousDriver) {
        Optional<PciDevice> found = bus.find(address);
        if (found.isEmpty()) {
            return new GiveBack.Nothing("the card " + address + " is gone from the bus");
        }
        PciDevice card = found.get();
        if (!card.id().equals(id)) {
            return new GiveBack.Nothing(
                    "at " + address + " is another card by now (" + card.id() + ")");
        }
        try {
            return giveBack(card, previousDriver);
        } catch (IOException e) {
            if (bus.find(address).isEmpty()) {
                return new GiveBack.Nothing("the card " + address + " went from the bus meanwhile");
            }
            return new GiveBack.Failed(IoReason.of(e), byHand(address, previousDriver));
        }
    }

    private GiveBack giveBack(PciDevice card, String previousDriver) throws IOException {
        PciAddress address = card.address();
        Path override = bus.folder(address).resolve("driver_override");
        boolean ours = KernelFiles.attribute(override).equals(Optional.of(PciDevice.VFIO_PCI));
        String driver = card.driver().orElse(NO_DRIVER);
        if (!driver.equals(NO_DRIVER) && !card.isOnVfio()) {
            if (ours) {
                write(override, "\n");
            }
            return ours && driver.equals(previousDriver)
                    ? new GiveBack.Done()
                    : new GiveBack.Nothing("the card " + address + " is with the driver " + driver);
        }
        if (driver.equals(NO_DRIVER) && previousDriver.equals(NO_DRIVER) && !ours) {
            return new GiveBack.Nothing("the card " + address + " has no driver, as before");
        }
        if (card.isOnVfio()) {
            Optional<GiveBack.Failed> held = stillHeld(card, previousDriver);
            if (held.isPresent()) {
                return held.get();
            }
        }
        write(override, "\n");
        if (card.isOnVfio()) {
            unbind(address, PciDevice.VFIO_PCI);
        }
        if (previousDriver.equals(NO_DRIVER)) {
            return new GiveBack.Done();
        }
        if (!isLoaded(previousDriver)) {
            tools.run("modprobe", previousDriver);
        }
        bind(address, previousDriver);
        if (!await(() -> has(address, previousDriver))) {
            return new GiveBack.Failed(
                    "the driver " + previousDriver + " did not take it; the kernel's log says why",
                    byHand(address, previousDriver));
        }
        return new GiveBack.Done();
    }

    private void bind(PciAddress address, String driver) throws IOException {
        try {
            write(driverFolder(driver).resolve("bind"), address.toString());
        } catch (IOException refused) {
            if (!has(address, driver)) { // who loads the driver has it probe by itself
                throw refused;
            }
        }
    }

    private Optional<GiveBack.Failed> stillHeld(PciDevice card, String previousDriver) {
        CardHolders holders = new CardHolders(files);
        if (card.iommuGroup().isEmpty()) {
            return Optional.empty();
        }
        int group = card.iommuGroup().getAsInt();
        if (await(() -> holders.ofGroup(group).isEmpty() && !holders.isSelf())) {
            return Optional.empty();
        }
        OptionalLong pid = holders.ofGroup(group);
        return Optional.of(
                new GiveBack.Failed(
                        pid.isPresent()
                                ? "the process " + pid.getAsLong() + " has its group open"
                                : "this process has it open",
                        "end that, then " + byHand(card.address(), previousDriver)));
    }

    /** The same in a shell. */
    private static String byHand(PciAddress address, String driver) {
        String device = "/sys/bus/pci/devices/" + address;
        return "as root: echo > "
                + device
                + "/driver_override; echo "
                + address
                + " > "
                + device
                + "/driver/unbind"
                + (driver.equals(NO_DRIVER)
                        ? ""
                        : "; echo " + address + " > /sys/bus/pci/drivers/" + driver + "/bind");
    }

    private void unbind(PciAddress address, String driver) throws IOException {
        Path file = driverFolder(driver).resolve("unbind");
        say(file, address.toString());
        new PatientWrite(file, address.toString()).run();
        if (!await(() -> !has(address, driver))) {
            throw new IOException("the driver " + driver + " does not let it go");
        }
    }

    private void write(Path file, String text) throws IOException {
        say(file, text);
        KernelFiles.write(file, text);
    }

    private void say(Path file, String text) {
        trace.accept("echo " + (text.isBlank() ? "" : text + " ") + "> " + file);
    }

    private boolean isLoaded(String driver) {
        return Files.isDirectory(driverFolder(driver));
    }

    private Path driverFolder(String driver) {
        if (!driver.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("\"" + driver + "\" is not the name of a driver");
        }
        return files.sys().resolve("bus/pci/drivers").resolve(driver);
    }

    private boolean has(PciAddress address, String driver) {
        return bus.find(address).flatMap(PciDevice::driver).equals(Optional.of(driver));
    }

    private boolean await(BooleanSupplier condition) {
        long until = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) {
                return false;
            }
            try {
                // sysfs does not tell of a change of driver. The loop has a deadline.
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return condition.getAsBoolean();
            }
        }
        return true;
    }
}
