package org.cofferdam.monitor.pci;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.cofferdam.monitor.config.PciAddress;

/**
 * A machine as its kernel shows it, in a folder: real files and symbolic links, laid out as sysfs, proc and dev are on
 * Linux 6.1. Writes to them do nothing unless a {@link FakeKernel} looks after them.
 */
public final class FakeMachine {
    public static final String CARD = "0000:03:00.0";
    public static final int ETHERNET = 0x020000;
    public static final int BRIDGE = 0x060400;

    private static final String ROUTE_HEADINGS =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

    private final Path root;

    private FakeMachine(Path root) {
        this.root = root;
    }

    /** Without a PCI bus. */
    public static FakeMachine bare(Path root) {
        FakeMachine machine = new FakeMachine(root);
        machine.put("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n");
        machine.put("proc/net/route", ROUTE_HEADINGS);
        machine.put("proc/net/ipv6_route", "");
        machine.put("proc/interrupts", "            CPU0\n  4:  77  IO-APIC   4-edge  ttyS0\n");
        return machine;
    }

    /** With an 82574L at {@link #CARD} that may be assigned: e1000e has it as eth9, in a group of its own. */
    public static FakeMachine withCard(Path root) {
        FakeMachine machine = bare(root);
        machine.put("dev/vfio/vfio", "");
        machine.driver("vfio-pci").driver("e1000e");
        machine.put("sys/bus/pci/drivers_probe", "");
        machine.put("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N\n");
        machine.put(
                "proc/interrupts",
                "  4:  77  IR-IO-APIC   4-edge  ttyS0\n 30:  9  IR-PCI-MSI 1572864-edge  eth9\n");
        return machine.device(CARD, "8086:10d3", ETHERNET)
                .bound(CARD, "e1000e")
                .group(7, CARD)
                .netdev(CARD, "eth9");
    }

    public KernelFiles files() {
        return new KernelFiles(root.resolve("sys"), root.resolve("proc"), root.resolve("dev"));
    }

    public static PciAddress card() {
        return PciAddress.parse(CARD);
    }

    public FakeMachine device(String address, String id, int classCode) {
        String folder = folder(address);
        put(folder + "/vendor", "0x" + id.substring(0, 4) + "\n");
        put(folder + "/device", "0x" + id.substring(5) + "\n");
        put(folder + "/class", "0x%06x\n".formatted(classCode));
        put(folder + "/driver_override", "(null)\n");
        link("sys/bus/pci/devices/" + address, folder);
        return this;
    }

    public FakeMachine driver(String name) {
        put("sys/bus/pci/drivers/" + name + "/bind", "");
        put("sys/bus/pci/drivers/" + name + "/unbind", "");
        return this;
    }

    public FakeMachine bound(String address, String driver) {
        driver(driver);
        return link(folder(address) + "/driver", "sys/bus/pci/drivers/" + driver);
    }

    public FakeMachine unbound(String address) {
        return remove(folder(address) + "/driver");
    }

    public FakeMachine group(int number, String address) {
        String group = "sys/kernel/iommu_groups/" + number;
        link(group + "/devices/" + address, folder(address));
        return link(folder(address) + "/iommu_group", group);
    }

    public FakeMachine netdev(String address, String name) {
        put(folder(address) + "/net/" + name + "/ifindex", "9\n");
        return this;
    }

    /** A process that has this open. */
    public FakeMachine holds(String process, String target) {
        Path link = root.resolve("proc/" + process + "/fd/5");
        try {
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public FakeMachine vanish(String address) {
        return remove("sys/bus/pci/devices/" + address);
    }

    Optional<String> driverOf(String address) {
        Path link = root.resolve(folder(address) + "/driver");
        return Files.isSymbolicLink(link) ? Optional.of(text(link)) : Optional.empty();
    }

    private static String text(Path link) {
        try {
            return Files.readSymbolicLink(link).getFileName().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /** Devices live in the tree of buses; the list is of links. */
    static String folder(String address) {
        return "sys/devices/pci0000:00/" + address;
    }

    FakeMachine put(String name, String text) {
        Path file = root.resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    String get(String name) {
        try {
            return Files.readString(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FakeMachine remove(String name) {
        Path path = root.resolve(name);
        try {
            if (Files.isDirectory(path) && !Files.isSymbolicLink(path)) {
                try (var inside = Files.list(path)) {
                    inside.forEach(p -> remove(root.relativize(p).toString()));
                }
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private FakeMachine link(String from, String to) {
        Path link = root.resolve(from);
        Path folder = Objects.requireNonNull(link.getParent());
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, folder.relativize(root.resolve(to)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }
}
