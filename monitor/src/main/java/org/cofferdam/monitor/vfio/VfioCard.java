package org.cofferdam.monitor.vfio;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.Parts;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.vfio.MappedRegion;
import org.cofferdam.binding.vfio.PciInterrupt;
import org.cofferdam.binding.vfio.PciRegion;
import org.cofferdam.binding.vfio.VfioContainer;
import org.cofferdam.binding.vfio.VfioDevice;
import org.cofferdam.binding.vfio.VfioGroup;
import org.cofferdam.monitor.card.AssignedNic;
import org.cofferdam.monitor.card.CardModel;
import org.cofferdam.monitor.config.MacAddress;
import org.cofferdam.monitor.config.OperatorError;
import org.jspecify.annotations.Nullable;

/**
 * A card that this process has: group, container, device, BAR 0, interrupt. Opened on the thread {@code card}, used by
 * the domain thread; {@link #reset} on {@code card} while the domain thread leaves it alone.
 */
public final class VfioCard implements AutoCloseable {
    // PCI Local Bus 3.0, 6.1
    private static final int VENDOR_ID = 0x00;
    private static final int DEVICE_ID = 0x02;

    // 82574L datasheet, 10.2; all of the family have these (e1000_hw.h of either driver)
    private static final int CTRL = 0x0000;
    private static final int CTRL_RST = 1 << 26;
    private static final int IMC = 0x00d8;
    private static final int RCTL = 0x0100;
    private static final int TCTL = 0x0400;
    private static final int ENABLED = 1 << 1;

    /** The card reads its EEPROM after a reset, and drivers give it 10 ms for that. */
    private static final long AFTER_RESET_NANOS = 20_000_000L;

    /** RAL0 and RAH0, which the card fills from its EEPROM after a reset (82574L datasheet, 10.2.5.18). */
    private static final int RAL0 = 0x5400;

    private static final int RAH0 = 0x5404;

    private final Parts parts = new Parts();
    private final VfioContainer container;
    private final VfioDevice device;
    private final PciRegion bar0;
    private final @Nullable MappedRegion registers;
    private final Optional<CardModel> model;
    private final PciInterrupt interrupt;
    private final int vendor;
    private final int id;

    private VfioCard(String address, int groupNumber, Signals signals, boolean passedThrough) {
        try {
            VfioGroup group = parts.add(VfioGroup.open(groupNumber));
            if (!group.isViable()) {
                throw OperatorError.environment(
                        address
                                + " shares IOMMU group "
                                + groupNumber
                                + " with a device that a driver of the host holds; 'monitor devices' names it");
            }
            container = parts.add(VfioContainer.around(group));
            device = parts.add(group.device(address));
            device.setBusMaster(false);
            vendor = device.readConfiguration(VENDOR_ID, 2) & 0xffff;
            id = device.readConfiguration(DEVICE_ID, 2) & 0xffff;
            model = CardModel.of(vendor, id);
            bar0 = device.region(0);
            if (passedThrough) {
                registers = null; // the domain's PC maps what its driver wants
            } else {
                modelThatIsRun(address);
                registers = parts.add(device.map(bar0, wholeBar(address)));
            }
            interrupt = device.count(PciInterrupt.MSI) > 0 ? PciInterrupt.MSI : PciInterrupt.INTX;
            if (device.count(interrupt) == 0) {
                throw OperatorError.environment(address + " has no interrupt; it cannot be used");
            }
            if (!passedThrough) {
                device.signalBy(interrupt, List.of(signals.interrupt()));
            }
            if (device.count(PciInterrupt.REQUEST) > 0) {
                device.signalBy(PciInterrupt.REQUEST, List.of(signals.request()));
            }
            if (device.count(PciInterrupt.ERROR) > 0) {
                device.signalBy(PciInterrupt.ERROR, List.of(signals.error()));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Where the kernel signals; they outlive the card. */
    record Signals(EventFd interrupt, EventFd request, EventFd error) {}

    /**
     * Takes a card that is bound to vfio-pci, and resets it. Blocks while it resets.
     *
     * @param address as in {@code 0000:03:00.0}
     * @param passedThrough the domain says how its interrupts come
     * @throws NativeCallException if the kernel refuses
     * @throws OperatorError if it is no card that a driver here runs
     */
    static VfioCard open(String address, int group, Signals signals, boolean passedThrough) {
        VfioCard card = new VfioCard(address, group, signals, passedThrough);
        try {
            card.reset();
            return card;
        } catch (RuntimeException e) {
            card.close();
            throw e;
        }
    }

    private void modelThatIsRun(String address) {
        if (model.isEmpty()) {
            throw OperatorError.environment(
                    address
                            + " is "
                            + ids()
                            + ", and the nano driver runs 82574L (8086:10d3) and 82540EM (8086:100e); 'monitor devices'"
                            + " lists the cards");
        }
    }

    private String ids() {
        return String.format("%04x:%04x", vendor, id);
    }

    /** BAR 0 must be mappable whole and must not hold the MSI-X table, which would be the domain's then. */
    private PciRegion.Area wholeBar(String address) {
        if (bar0.bytes() != AssignedNic.BAR_BYTES
                || !bar0.mappable().contains(new PciRegion.Area(0, AssignedNic.BAR_BYTES))) {
            throw OperatorError.environment(
                    address
                            + " has a BAR 0 of "
                            + bar0.bytes()
                            + " bytes, mappable in "
                            + bar0.mappable()
                            + ", where 128 KiB in one piece are expected; this card cannot be assigned");
        }
        if (MessageTable.of(device).map(MessageTable::bar).orElse(-1) == 0) {
            throw OperatorError.refused(
                    address
                            + " keeps its MSI-X table in BAR 0, where the driver could rewrite it; this card cannot be"
                            + " assigned");
        }
        return new PciRegion.Area(0, AssignedNic.BAR_BYTES);
    }

    Optional<CardModel> model() {
        return model;
    }

    /** The model's name, or its numbers. */
    String title() {
        return model.map(CardModel::title).orElseGet(this::ids);
    }

    VfioContainer container() {
        return container;
    }

    VfioDevice device() {
        return device;
    }

    /** Empty if the card is passed through whole. */
    Optional<MappedRegion> registers() {
        return Optional.ofNullable(registers);
    }

    boolean byLine() {
        return interrupt == PciInterrupt.INTX;
    }

    /** The station address that the card has from its EEPROM; empty if it is no card of Intel's, or does not say. */
    Optional<MacAddress> mac() {
        if (!hasIntelRegisters()) {
            return Optional.empty();
        }
        long low = device.read(bar0, RAL0, 4) & 0xffff_ffffL;
        long high = device.read(bar0, RAH0, 4) & 0xffffL;
        long bits = 0;
        for (int i = 0; i < 6; i++) {
            long octet = (i < 4 ? low >> (8 * i) : high >> (8 * (i - 4))) & 0xff;
            bits = bits << 8 | octet;
        }
        return MacAddress.station(bits);
    }

    /** Whether BAR 0 has the registers of Intel's Ethernet cards from the e1000 on; their first ones had fewer. */
    private boolean hasIntelRegisters() {
        return vendor == CardModel.VENDOR && bar0.bytes() >= RAH0 + 4;
    }

    /** Blocks until the card has reset itself: it neither receives nor sends until its next driver lets it. */
    VfioDevice.Reset reset() {
        boolean quietable = hasIntelRegisters() && !device.hasFunctionLevelReset();
        VfioDevice.Reset how = device.reset(quietable);
        if (quietable) {
            quiet();
        }
        return how;
    }

    /**
     * Intel's cards without a function level reset are the e1000's family. A card that still received would, as soon as its
     * next driver makes it bus master, do so into memory that is another kernel's by now.
     */
    private void quiet() {
        write(CTRL, CTRL_RST);
        LockSupport.parkNanos(AFTER_RESET_NANOS);
        write(IMC, ~0);
        write(RCTL, 0);
        write(TCTL, 0);
        if (((device.read(bar0, RCTL, 4) | device.read(bar0, TCTL, 4)) & ENABLED) != 0) {
            throw new IllegalStateException(device.address() + " goes on after its reset");
        }
    }

    private void write(int register, int value) {
        device.write(bar0, register, 4, value);
    }

    @Override
    public void close() {
        parts.close();
    }
}
