package org.cofferdam.monitor.vfio;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.Parts;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.kvm.Vm;
import org.cofferdam.binding.vfio.MappedRegion;
import org.cofferdam.binding.vfio.PciInterrupt;
import org.cofferdam.binding.vfio.PciRegion;
import org.cofferdam.binding.vfio.VfioDevice;
import org.cofferdam.monitor.pc.ConfigSpace;
import org.cofferdam.monitor.pc.MessageInterrupts;
import org.cofferdam.monitor.pc.MsiCapability;
import org.cofferdam.monitor.pc.MsixCapability;
import org.cofferdam.monitor.pc.PciFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The assigned card as a PCI device of a Linux domain's PC. Its configuration space is emulated: identity as the card has
 * it, BARs where the domain puts them, MSI and MSI-X, and no other capability, so nothing of what the domain writes there
 * reaches the card but bus mastering. Its registers are the card's own, as memory; its interrupts go from the kernel's VFIO
 * to KVM without this process.
 *
 * <p>The domain's MSI-X table is not the card's, which its owner must not hand out: the BAR that holds it traps, and the
 * table in it is emulated. Not shown: power management, so that the domain cannot put the card to sleep; resets, since the
 * monitor resets the card; the expansion ROM.
 *
 * <p>One life of a domain. The vCPU's thread, but for {@link #silence}, which is the domain thread's when that has stopped.
 */
public final class VfioFunction extends PciFunction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VfioFunction.class);

    /** Vectors of MSI-X that a domain sees at most; it has one processor. */
    public static final int MOST_VECTORS = 16;

    private static final int INTA = 1; // PCI Local Bus 3.0, 6.2.4

    private static final int BAR_IS_IO = 1;
    private static final int BAR_TYPE = 6;
    private static final int BAR_64_BIT = 4;

    /** Where BARs are put first, as firmware would; the domain may move them. */
    private static final long MEMORY_BASE = 0xd000_0000L;

    private static final long IO_BASE = 0xd000;
    private static final long LARGEST_MEMORY = 64L << 20;
    private static final long LARGEST_IO = 256;
    private static final long SMALLEST_MEMORY = 16;
    private static final long SMALLEST_IO = 4;
    private static final long PAGE = 4096;

    private final VfioDevice device;
    private final Vm vm;
    private final int firstSlot;
    private final Parts parts = new Parts();
    private final @Nullable PciRegion[] regions = new PciRegion[ConfigSpace.BARS];
    private final @Nullable MappedRegion[] mapped = new MappedRegion[ConfigSpace.BARS];
    private final List<EventFd> events;
    private final EventFd line;
    private final EventFd acknowledged;
    private final @Nullable MsiCapability msi;
    private final @Nullable MsixCapability msix;
    private final int tableBar;
    private final @Nullable MessageTable table;
    private final boolean hasLine;
    private final boolean[] shown = new boolean[ConfigSpace.BARS];
    private @Nullable PciInterrupt on;
    private boolean busMaster;

    /**
     * @param firstSlot the first of six memory slots
     * @param lineNumber what the card's INTA is wired to
     * @param messages for what VFIO signals: a masked vector's signal stays in its eventfd
     * @param events one for each vector, {@link #MOST_VECTORS}
     */
    VfioFunction(
            VfioDevice device,
            Vm vm,
            int firstSlot,
            int lineNumber,
            MessageInterrupts messages,
            List<EventFd> events) {
        super(
                device.address(),
                device.readConfiguration(ConfigSpace.VENDOR_ID, 2) & 0xffff,
                device.readConfiguration(ConfigSpace.DEVICE_ID, 2) & 0xffff,
                device.readConfiguration(ConfigSpace.REVISION, 1) & 0xff,
                device.readConfiguration(ConfigSpace.REVISION, 4) >>> 8,
                show(device));
        ConfigSpace config = config();
        config.set16(
                ConfigSpace.SUBSYSTEM_VENDOR_ID,
                device.readConfiguration(ConfigSpace.SUBSYSTEM_VENDOR_ID, 2));
        config.set16(
                ConfigSpace.SUBSYSTEM_ID, device.readConfiguration(ConfigSpace.SUBSYSTEM_ID, 2));
        this.device = device;
        this.vm = vm;
        this.firstSlot = firstSlot;
        this.events = events;
        Optional<MessageTable> own = MessageTable.of(device);
        tableBar = own.map(MessageTable::bar).orElse(-1);
        table = own.filter(t -> hasTable(device, t)).orElse(null);
        try {
            line = parts.add(EventFd.create());
            acknowledged = parts.add(EventFd.create());
            for (Bar bar : bars()) {
                map(bar, device.region(bar.index()));
            }
            msi =
                    device.count(PciInterrupt.MSI) > 0
                            ? new MsiCapability(config, messages, this::signal)
                            : null;
            msix = table != null ? msix(config, table, messages) : null;
            hasLine =
                    device.count(PciInterrupt.INTX) > 0
                            && device.readConfiguration(ConfigSpace.INTERRUPT_PIN, 1) != 0;
            if (hasLine) {
                vm.assignIrqfd(line, acknowledged, lineNumber);
                config.set8(ConfigSpace.INTERRUPT_PIN, INTA);
                config.set8(ConfigSpace.INTERRUPT_LINE, lineNumber);
            }
            // Until the domain's driver says otherwise the card begins nothing.
            device.setBusMaster(false);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** Whether the domain can have the table: its BAR is shown, and VFIO has the interrupts. */
    private boolean hasTable(VfioDevice device, MessageTable table) {
        return device.count(PciInterrupt.MSIX) > 0
                && bars().stream()
                        .anyMatch(bar -> bar.index() == table.bar() && table.fits(bar.size()));
    }

    private MsixCapability msix(
            ConfigSpace config, MessageTable table, MessageInterrupts messages) {
        return new MsixCapability(
                config,
                Math.min(events.size(), Math.min(table.vectors(), device.count(PciInterrupt.MSIX))),
                table.bar(),
                table.offset(),
                table.pendingBar(),
                table.pendingOffset(),
                messages,
                this::signal);
    }

    private void signal(int vector) {
        events.get(vector).signal();
    }

    /** The BARs that the domain sees. */
    private static List<Bar> show(VfioDevice device) {
        List<Bar> shown = new ArrayList<>();
        long memory = MEMORY_BASE;
        long io = IO_BASE;
        for (int i = 0; i < ConfigSpace.BARS; i++) {
            int register = device.readConfiguration(ConfigSpace.FIRST_BAR + 4 * i, 4);
            boolean isIo = (register & BAR_IS_IO) != 0;
            long bytes = device.region(i).bytes();
            boolean fits =
                    Long.bitCount(bytes) == 1
                            && bytes >= (isIo ? SMALLEST_IO : SMALLEST_MEMORY)
                            && bytes <= (isIo ? LARGEST_IO : LARGEST_MEMORY);
            if (fits) {
                if (isIo) {
                    long at = (io + bytes - 1) & -bytes;
                    shown.add(new Bar(i, BarKind.IO, (int) bytes, at));
                    io = at + bytes;
                } else {
                    long at = (memory + bytes - 1) & -bytes;
                    shown.add(new Bar(i, BarKind.MEMORY32, (int) bytes, at));
                    memory = at + Math.max(bytes, PAGE);
                }
            }
            if (!isIo && (register & BAR_TYPE) == BAR_64_BIT) {
                i++; // its upper half; the domain sees 32 bits
            }
        }
        return shown;
    }

    /**
     * Registers that can be mapped whole are memory to the domain; others trap, page by page being too fine. The BAR with
     * the card's own table always traps: what is written to that by the kernel's access the kernel drops.
     */
    private void map(Bar bar, PciRegion region) {
        regions[bar.index()] = region;
        PciRegion.Area whole = new PciRegion.Area(0, region.bytes());
        if (bar.kind() == BarKind.MEMORY32
                && region.bytes() >= PAGE
                && bar.index() != tableBar
                && region.mappable().contains(whole)) {
            mapped[bar.index()] = parts.add(device.map(region, whole));
        }
    }

    @Override
    protected void decodingChanged(int bar, long address, boolean enabled) {
        MappedRegion memory = mapped[bar];
        if (memory == null) {
            return;
        }
        if (shown[bar]) {
            shown[bar] = false;
            vm.removeMemory(firstSlot + bar); // a slot cannot be moved over a part of itself
        }
        if (enabled) {
            vm.setMemory(firstSlot + bar, address, memory, 0, memory.size(), false);
            shown[bar] = true;
        }
    }

    @Override
    public void writeConfig(int offset, int size, int value) {
        super.writeConfig(offset, size, value);
        // Bus mastering is the domain's to switch, in its window of memory.
        boolean master = config().commands(ConfigSpace.COMMAND_BUS_MASTER);
        if (master != busMaster) {
            busMaster = master;
            device.setBusMaster(master);
        }
        if (msi != null) {
            msi.configWritten();
        }
        if (msix != null) {
            msix.configWritten();
        }
        switchInterrupts();
    }

    /** VFIO has one kind of interrupt on at a time. */
    private void switchInterrupts() {
        PciInterrupt wanted = wanted();
        if (wanted == on) {
            return;
        }
        silence();
        if (wanted == null) {
            return;
        }
        switch (wanted) {
            case INTX -> {
                device.signalBy(PciInterrupt.INTX, List.of(line));
                device.unmaskBy(acknowledged);
            }
            case MSI -> signalAll(PciInterrupt.MSI, 1);
            default -> signalAll(PciInterrupt.MSIX, msix == null ? 0 : msix.vectors());
        }
        on = wanted;
    }

    /** All of a kind at once, the masked ones too: their signals wait in their eventfds. */
    private void signalAll(PciInterrupt kind, int vectors) {
        device.signalBy(kind, events.subList(0, vectors));
    }

    /** The kind that the domain has switched on (PCI Local Bus 3.0, 6.8.3.3); a card that decodes nothing is not in use yet. */
    private @Nullable PciInterrupt wanted() {
        if (msix != null && msix.enabled()) {
            return PciInterrupt.MSIX;
        }
        if (msi != null && msi.enabled()) {
            return PciInterrupt.MSI;
        }
        ConfigSpace config = config();
        boolean inUse =
                config.commands(ConfigSpace.COMMAND_MEMORY)
                        || config.commands(ConfigSpace.COMMAND_IO);
        return hasLine && inUse && !config.commands(ConfigSpace.COMMAND_NO_INTX)
                ? PciInterrupt.INTX
                : null;
    }

    /** What waits in the eventfds of masked vectors becomes pending bits. */
    private long readPending(MsixCapability capability, long offset, int size) {
        for (int vector = 0; vector < capability.vectors(); vector++) {
            if (!capability.isOpen(vector) && events.get(vector).drain()) {
                capability.deliverable(vector);
            }
        }
        return capability.readPending(offset, size);
    }

    /** Registers that trap: by the kernel's own access, which a card that is gone answers with an error. */
    @Override
    protected long readBar(int bar, long offset, int size) {
        if (msix != null && table != null) {
            if (table.holds(bar, offset, size)) {
                return msix.readTable(offset - table.offset(), size);
            }
            if (table.holdsPending(bar, offset, size)) {
                return readPending(msix, offset - table.pendingOffset(), size);
            }
        }
        PciRegion region = regions[bar];
        if (region == null || !isAccess(size)) {
            return -1L;
        }
        try {
            if (size == 8) {
                return (device.read(region, offset, 4) & 0xffff_ffffL)
                        | (long) device.read(region, offset + 4, 4) << 32;
            }
            return device.read(region, offset, size);
        } catch (NativeCallException e) {
            LOG.debug("{}: {}", device.address(), e.getMessage());
            return -1L;
        }
    }

    @Override
    protected void writeBar(int bar, long offset, int size, long value) {
        if (msix != null && table != null) {
            if (table.holds(bar, offset, size)) {
                msix.writeTable(offset - table.offset(), size, value);
                return;
            }
            if (table.holdsPending(bar, offset, size)) {
                return; // read-only, PCI Local Bus 3.0, 6.8.2.10
            }
        }
        PciRegion region = regions[bar];
        if (region == null || !isAccess(size)) {
            return;
        }
        try {
            device.write(region, offset, Math.min(size, 4), (int) value);
            if (size == 8) {
                device.write(region, offset + 4, 4, (int) (value >>> 32));
            }
        } catch (NativeCallException e) {
            LOG.debug("{}: {}", device.address(), e.getMessage());
        }
    }

    /** An access that straddles a slot's end comes in parts of any size; a card knows those of PCI alone. */
    private static boolean isAccess(int size) {
        return size == 1 || size == 2 || size == 4 || size == 8;
    }

    /** No interrupt of the card comes any more until the domain sets them up anew. When the vCPU has stopped the domain thread, too. */
    public void silence() {
        PciInterrupt kind = on;
        if (kind != null) {
            on = null;
            device.silence(kind);
        }
    }

    /** After {@link #silence}; the virtual machine does not run any more. */
    @Override
    public void close() {
        parts.close();
    }
}
