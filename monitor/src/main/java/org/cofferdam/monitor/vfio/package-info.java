/**
 * A real card, by VFIO: its registers as memory slots of the domain, its DMA by the IOMMU, its interrupt as an
 * eventfd, and what can go wrong with it: it hangs in a reset, storms, sleeps, is unplugged.
 *
 * <p>{@link org.cofferdam.monitor.vfio.VfioNic} is the {@link org.cofferdam.monitor.card.AssignedNic}; the monitor
 * makes it, the domain thread owns it. What may block (opening, resetting, closing the device) is done by a thread of
 * its own, {@code card}. The card is bound to vfio-pci by the package {@code pci} before.
 *
 * <p>Trust: the kernel's word on VFIO, on its IOMMU faults and on its clocks; nothing that the card says. The domain
 * reaches BAR 0 and nothing else of the card: no configuration space, no MSI-X table, no other BAR.
 */
@NullMarked
package org.cofferdam.monitor.vfio;

import org.jspecify.annotations.NullMarked;
