package org.cofferdam.monitor.pci;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofferdam.monitor.config.CardModel;
import org.cofferdam.monitor.config.PciAddress;

/**
 * A device on the PCI bus as the kernel knew it at one moment.
 *
 * @param vendor 16 bits
 * @param device 16 bits
 * @param classCode 24 bits: class, subclass, programming interface
 * @param driver the kernel driver that has it; empty if none has
 * @param iommuGroup the devices that the IOMMU cannot tell apart from this one; empty if no IOMMU is on
 * @param noIommu whether that group is a pretence without an IOMMU (vfio-noiommu)
 * @param netdevs its network interfaces in this network namespace
 */
public record PciDevice(
        PciAddress address,
        int vendor,
        int device,
        int classCode,
        Optional<String> driver,
        OptionalInt iommuGroup,
        boolean noIommu,
        List<String> netdevs) {
    /** The driver that gives a device to user space. */
    static final String VFIO_PCI = "vfio-pci";

    private static final int ETHERNET = 0x0200;
    private static final int PCI_BRIDGE = 0x0604;

    public PciDevice {
        netdevs = List.copyOf(netdevs);
    }

    /** The identity as {@code lspci -n} shows it: {@code 8086:10d3}. */
    public String id() {
        return "%04x:%04x".formatted(vendor, device);
    }

    /** The model, if the nano driver runs it. */
    public Optional<CardModel> model() {
        return CardModel.of(vendor, device);
    }

    public boolean isEthernet() {
        return classCode >>> 8 == ETHERNET;
    }

    boolean isBridge() {
        return classCode >>> 8 == PCI_BRIDGE;
    }

    boolean isOnVfio() {
        return driver.equals(Optional.of(VFIO_PCI));
    }
}
