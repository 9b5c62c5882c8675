/**
 * VFIO (Documentation/driver-api/vfio.rst, linux/vfio.h): a PCI device in the hands of this process, by its
 * IOMMU group and a container of type1 version 2.
 *
 * <p>The order of things: a {@link org.cofferdam.binding.vfio.VfioGroup} is opened and joins a {@link
 * org.cofferdam.binding.vfio.VfioContainer}, which is the address space of the group's DMA; the group gives a
 * {@link org.cofferdam.binding.vfio.VfioDevice}, whose regions are its BARs and configuration space and whose
 * interrupts arrive as eventfds. Closed in the reverse order; the kernel undoes what is left when the last
 * descriptor goes.
 *
 * <p>Threads: an object belongs to one thread at a time; a reset may block for as long as the device likes, so
 * its caller gives it a thread of its own. Trust: the kernel is trusted; what is read from the device's
 * registers and configuration space is the device's word.
 */
@NullMarked
package org.cofferdam.binding.vfio;

import org.jspecify.annotations.NullMarked;
