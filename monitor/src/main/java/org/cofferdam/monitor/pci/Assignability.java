package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.cofferdam.monitor.config.DriverImage;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.PciAddress;
import org.cofferdam.monitor.hosttools.HostTools;

/**
 * Judges whether a card may be given to a driver domain: it must be one that the domain's driver runs, alone with its DMA
 * and its interrupts behind the IOMMU, and nobody may be using it. Changes nothing, and needs no privilege.
 *
 * <p>The first objection decides; they are asked in the order in which an operator can do something about them. What is found
 * may change a moment later: VFIO in the kernel checks viability and remapping again when the card is opened.
 */
public final class Assignability {
    /**
     * Drivers beside which VFIO takes a group as its own (drivers with driver_managed_dma in the kernel): they start no DMA
     * of a device.
     */
    private static final Set<String> HARMLESS_DRIVERS =
            Set.of(PciDevice.VFIO_PCI, "pci-stub", "pcieport");

    /** Tells whether the kernel could load a module. */
    @FunctionalInterface
    public interface ModuleCheck {
        boolean canLoad(String module);
    }

    private final KernelFiles files;
    private final ModuleCheck modules;
    private final PciBus bus;

    public Assignability(KernelFiles files, ModuleCheck modules) {
        this.files = files;
        this.modules = modules;
        this.bus = new PciBus(files);
    }

    /** For this machine. */
    public static Assignability here() {
        HostTools tools = new HostTools(line -> {});
        return new Assignability(
                KernelFiles.HERE,
                module -> tools.run("modprobe", "--dry-run", "--quiet", module).ok());
    }

    /**
     * Judges the card at an address.
     *
     * @param driver of the domain that is to have it
     */
    public Verdict judge(
            PciAddress address, DriverImage.Driver driver, boolean allowUnsafeInterrupts) {
        Optional<PciDevice> card = bus.find(address);
        if (card.isEmpty()) {
            return new Verdict.Refused(
                    ExitCode.ENVIRONMENT,
                    "there is no PCI device " + address,
                    "'monitor devices' lists the cards");
        }
        return judge(card.get(), driver, allowUnsafeInterrupts);
    }

    /** Judges a card that was found on the bus. */
    public Verdict judge(PciDevice card, DriverImage.Driver driver, boolean allowUnsafeInterrupts) {
        List<String> overrides = new ArrayList<>();
        List<Check> checks =
                List.of(
                        () -> kind(card, driver),
                        () -> iommu(card),
                        () -> group(card),
                        () -> vfio(),
                        () -> holder(card),
                        () -> new NetdevUse(files).objection(card),
                        () ->
                                new InterruptRemapping(files)
                                        .objection(allowUnsafeInterrupts, overrides));
        try {
            for (Check check : checks) {
                Optional<Verdict.Refused> objection = check.objection();
                if (objection.isPresent()) {
                    return objection.get();
                }
            }
        } catch (IOException e) {
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "--assign: the card "
                            + card.address()
                            + " cannot be judged ("
                            + IoReason.of(e)
                            + "); check that /sys and /proc are mounted and can be read",
                    e);
        }
        return new Verdict.Assignable(card, overrides);
    }

    @FunctionalInterface
    private interface Check {
        Optional<Verdict.Refused> objection() throws IOException;
    }

    private static Optional<Verdict.Refused> kind(PciDevice card, DriverImage.Driver driver) {
        if (!card.isEthernet()) {
            return environment(
                    "%s (%s) is not an Ethernet card but of class %06x"
                            .formatted(card.address(), card.id(), card.classCode()),
                    "'monitor devices' lists the cards");
        }
        if (driver == DriverImage.Driver.BUILT_IN && card.model().isEmpty()) {
            return environment(
                    "the domain's driver does not run the card " + card.id(),
                    "use an 82574L (8086:10d3) or an 82540EM (8086:100e), or a kernel's driver by --image linux");
        }
        return Optional.empty();
    }

    private Optional<Verdict.Refused> iommu(PciDevice card) throws IOException {
        if (card.noIommu()) {
            return environment(
                    "the card's group is one without an IOMMU (vfio-noiommu), so the card could reach all memory",
                    "boot with " + kernelParameter() + " instead of enable_unsafe_noiommu_mode");
        }
        if (card.iommuGroup().isEmpty()) {
            return environment(
                    "the IOMMU is off, so the card could reach all memory",
                    "enable VT-d or AMD-Vi in the firmware and boot with " + kernelParameter());
        }
        return Optional.empty();
    }

    private String kernelParameter() throws IOException {
        String vendor =
                KernelFiles.table(files.proc().resolve("cpuinfo")).stream()
                        .filter(line -> line.startsWith("vendor_id"))
                        .findFirst()
                        .orElse("");
        if (vendor.endsWith("GenuineIntel")) {
            return "intel_iommu=on";
        }
        return vendor.endsWith("AuthenticAMD") ? "amd_iommu=on" : "intel_iommu=on or amd_iommu=on";
    }

    /** The IOMMU cannot tell the members of a group apart, so none of them may be another's. */
    private Optional<Verdict.Refused> group(PciDevice card) {
        int group = card.iommuGroup().orElseThrow(); // iommu() has seen it
        List<PciDevice> inTheWay =
                bus.group(group).stream()
                        .filter(member -> !member.address().equals(card.address()))
                        .filter(Assignability::isInTheWay)
                        .toList();
        if (inTheWay.isEmpty()) {
            return Optional.empty();
        }
        String names =
                inTheWay.stream()
                        .map(d -> d.address() + " (driver " + d.driver().orElse("") + ")")
                        .collect(Collectors.joining(", "));
        return environment(
                "the card shares IOMMU group "
                        + group
                        + " with devices that the host's drivers use: "
                        + names,
                "take these from their drivers (echo "
                        + inTheWay.getFirst().address()
                        + " > /sys/bus/pci/devices/"
                        + inTheWay.getFirst().address()
                        + "/driver/unbind), or put the card into another slot");
    }

    private static boolean isInTheWay(PciDevice member) {
        return !member.isBridge()
                && member.driver().filter(d -> !HARMLESS_DRIVERS.contains(d)).isPresent();
    }

    private Optional<Verdict.Refused> vfio() {
        if (!Files.isDirectory(files.sys().resolve("bus/pci/drivers/vfio-pci"))) {
            return modules.canLoad(PciDevice.VFIO_PCI)
                    ? Optional.empty()
                    : environment(
                            "this kernel has no vfio-pci",
                            "install the kernel's modules, so that 'modprobe vfio-pci' works");
        }
        Path container = files.dev().resolve("vfio/vfio");
        return Files.exists(container)
                ? Optional.empty()
                : environment(
                        container + " is missing",
                        "load the module vfio, and let udev or devtmpfs make the device");
    }

    private Optional<Verdict.Refused> holder(PciDevice card) {
        if (!card.isOnVfio()) {
            return Optional.empty();
        }
        OptionalLong pid = new CardHolders(files).ofGroup(card.iommuGroup().orElseThrow());
        return pid.isEmpty()
                ? Optional.empty()
                : environment(
                        "the card is in use by the process " + pid.getAsLong(),
                        "stop that or choose another card");
    }

    private static Optional<Verdict.Refused> environment(String reason, String cure) {
        return Optional.of(new Verdict.Refused(ExitCode.ENVIRONMENT, reason, cure));
    }
}
