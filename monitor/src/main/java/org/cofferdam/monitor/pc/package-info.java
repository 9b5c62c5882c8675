/**
 * The devices of the small PC in which a driver domain with a stock kernel runs: ports, serial lines, clock, keyboard
 * controller's reset, PCI with its host bridge, and the uplink as a virtio network card.
 *
 * <p>{@link org.cofferdam.monitor.pc.PortBus} and {@link org.cofferdam.monitor.pc.PciHost} are what a vCPU's exits go
 * to; each device stands behind one of them. {@link org.cofferdam.monitor.pc.PciFunction} is what a card extends.
 *
 * <p>The vCPU's thread calls everything here unless a method says otherwise; no access allocates. All that a guest
 * writes is untrusted: an access of an odd size, misaligned or out of range never throws, it reads as all ones or
 * vanishes, and {@link org.cofferdam.monitor.pc.Refusals} hears of what deserves a record.
 *
 * <p>Section numbers are those of "PCI Local Bus Specification 3.0" (PCI), "Virtual I/O Device (VIRTIO) Version 1.2"
 * (virtio) and National Semiconductor's "PC16550D" data sheet. All registers are little-endian.
 */
@NullMarked
package org.cofferdam.monitor.pc;

import org.jspecify.annotations.NullMarked;
