package org.cofferdam.binding.vfio;

/** The interrupts of a VFIO PCI device, by their index, linux/vfio.h VFIO_PCI_*_IRQ_INDEX. */
public enum PciInterrupt {
    /** The level-triggered line; the kernel masks it when it comes, and {@link VfioDevice#unmask} lets it come again. */
    INTX(0),
    MSI(1),
    MSIX(2),
    /** An uncorrectable error on the bus (AER). */
    ERROR(3),
    /** The kernel asks for the device back: who does not let go keeps the unplugging waiting. */
    REQUEST(4);

    private final int index;

    PciInterrupt(int index) {
        this.index = index;
    }

    int index() {
        return index;
    }
}
