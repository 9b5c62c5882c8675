package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.config.PciAddress;

/** The devices on the PCI buses, as sysfs shows them. Reads anew at each call; a device may come and go. */
public final class PciBus {
    private static final String NO_IOMMU = "vfio-noiommu";

    private final Path sys;

    public PciBus(KernelFiles files) {
        this.sys = files.sys();
    }

    /** Every device, by address; none on a machine without PCI. */
    public List<PciDevice> devices() {
        return under(sys.resolve("bus/pci/devices"));
    }

    public Optional<PciDevice> find(PciAddress address) {
        try {
            return read(address);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The devices of an IOMMU group, by address. */
    public List<PciDevice> group(int number) {
        return under(groupFolder(number).resolve("devices"));
    }

    /** The device's folder in sysfs. */
    Path folder(PciAddress address) {
        return sys.resolve("bus/pci/devices").resolve(address.toString());
    }

    private Path groupFolder(int number) {
        return sys.resolve("kernel/iommu_groups").resolve(Integer.toString(number));
    }

    private List<PciDevice> under(Path folder) {
        try {
            List<PciDevice> found = new ArrayList<>();
            for (String name : KernelFiles.names(folder)) {
                Optional<PciAddress> address = address(name);
                if (address.isPresent()) {
                    read(address.get()).ifPresent(found::add);
                }
            }
            return found.stream().sorted((a, b) -> a.address().compareTo(b.address())).toList();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A group may hold devices of other buses; those have no such name. */
    private static Optional<PciAddress> address(String name) {
        try {
            return Optional.of(PciAddress.parse(name));
        } catch (IllegalArgumentException notPci) {
            return Optional.empty();
        }
    }

    /** Empty if there is none, or if it goes away while it is read. */
    private Optional<PciDevice> read(PciAddress address) throws IOException {
        Path folder = folder(address);
        OptionalInt vendor = number(folder.resolve("vendor"), 16);
        OptionalInt device = number(folder.resolve("device"), 16);
        OptionalInt classCode = number(folder.resolve("class"), 24);
        if (vendor.isEmpty() || device.isEmpty() || classCode.isEmpty()) {
            return Optional.empty();
        }
        OptionalInt group = group(folder);
        boolean noIommu =
                group.isPresent()
                        && KernelFiles.attribute(groupFolder(group.getAsInt()).resolve("name"))
                                .equals(Optional.of(NO_IOMMU));
        return Optional.of(
                new PciDevice(
                        address,
                        vendor.getAsInt(),
                        device.getAsInt(),
                        classCode.getAsInt(),
                        KernelFiles.linkName(folder.resolve("driver")),
                        group,
                        noIommu,
                        KernelFiles.names(folder.resolve("net"))));
    }

    private static OptionalInt group(Path folder) throws IOException {
        Optional<String> name = KernelFiles.linkName(folder.resolve("iommu_group"));
        if (name.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!name.get().matches("[0-9]{1,9}")) {
            throw new IOException("an IOMMU group has the name \"" + name.get() + "\"");
        }
        return OptionalInt.of(Integer.parseInt(name.get()));
    }

    private static OptionalInt number(Path file, int bits) throws IOException {
        Optional<String> text = KernelFiles.attribute(file);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!text.get().matches("0x[0-9a-f]{1,7}")
                || Integer.parseInt(text.get().substring(2), 16) >>> bits != 0) {
            throw new IOException(file + " does not hold a number of " + bits + " bits");
        }
        return OptionalInt.of(Integer.parseInt(text.get().substring(2), 16));
    }

    private static OperatorError unreadable(IOException e) {
        return new OperatorError(
                ExitCode.ENVIRONMENT,
                "the PCI bus cannot be read ("
                        + IoReason.of(e)
                        + "); check that sysfs is mounted on /sys and can be read",
                e);
    }
}
