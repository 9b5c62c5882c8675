/**
 * The network card of a driver domain, and the software 82574L and 82540EM that stand in for one.
 *
 * <p>{@link org.cofferdam.monitor.card.AssignedNic} is all that the rest of the monitor sees: trapped
 * registers, windows of plain memory, a DMA map, an interrupt, reset. {@link
 * org.cofferdam.monitor.card.EmulatedNic} builds it from parts that each hold one idea of the datasheet:
 * registers, rings, offloads, filter, statistics, EEPROM, PHY.
 *
 * <p>One thread, the domain's, calls everything here. Nothing on the packet path allocates, locks or
 * throws. Nothing the domain or the wire supplies is trusted: registers, descriptors and frames are read
 * once, checked, then used; memory is reached through the DMA map only; and the work of one pass is
 * bounded whatever the rings say. What is refused goes to {@link org.cofferdam.monitor.card.CardEvents}.
 *
 * <p>Section numbers are those of "Intel 82574 GbE Controller Family Datasheet" (DS) and "PCI/PCI-X Family
 * of Gigabit Ethernet Controllers Software Developer's Manual" (SDM).
 */
@NullMarked
package org.cofferdam.monitor.card;

import org.jspecify.annotations.NullMarked;
