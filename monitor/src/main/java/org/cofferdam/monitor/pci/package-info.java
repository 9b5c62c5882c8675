/**
 * Real cards: which there are on the PCI bus, whether one may be given to a driver domain, and how it gets from its
 * kernel driver to vfio-pci and back.
 *
 * <p>Called by the command line (start's checks, {@code monitor devices}), by the monitor at start and stop, and by the
 * restoration after a dead monitor. Any one thread at a time; nothing here runs while packets pass. It reads and writes
 * files only: what needs a system call of its own (VFIO) is in kvm-binding.
 *
 * <p>Trusted: sysfs and proc, as the kernel's word. They are still read with a bound and checked for their form, because
 * names in them go into messages and paths. Not trusted: the card. Whatever it says of itself (its identity, its class) only
 * decides which driver image runs; what it can reach is decided by the IOMMU, and {@link
 * org.cofferdam.monitor.pci.Assignability} refuses where that does not hold.
 */
@NullMarked
package org.cofferdam.monitor.pci;

import org.jspecify.annotations.NullMarked;
