package org.cofferdam.monitor.vfio;

import java.util.ArrayList;
import java.util.List;
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
import org.cofferdam.monitor.pc.PciFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The assigned card as a PCI device of a Linux domain's PC. Its configuration space is emulated: identity as the card has
 * it, BARs where the domain puts them, MSI, and no other capability, so nothing of what the domain writes there reaches the
 * card but bus mastering. Its registers are the card's own, as memory; its interrupts go from the kernel's VFIO to KVM
 * without this process.
 *
 * <p>Not shown: MSI-X, whose table the card's owner must not hand out, with the BAR that holds it; power management, so that
 * the domain cannot put the card to sleep; resets, since the monitor resets the card; the expansion ROM.
 *
 * <p>One life of a domain. The vCPU's thread, but for {@link #silence}, which is the domain thread's when that has stopped.
 */
public final class VfioFunction extends PciFunction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VfioFunction.class);

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
    private final EventFd message;
    private final EventFd line;
    private final EventFd acknowledged;
    private final @Nullable MsiCapability msi;
    private final boolean hasLine;
    private final boolean[] shown = new boolean[ConfigSpace.BARS];
    private boolean lineOn;
    private boolean messageOn;
    private boolean busMaster;

    /**
     * @param firstSlot the first of six memory slots
     * @param lineNumber what the card's INTA is wired to
     * @param tableBar the BAR with the MSI-X table, which is not shown; -1 if there is none
     */
    VfioFunction(
            VfioDevice device,
            Vm vm,
            int firstSlot,
            int lineNumber,
            MessageInterrupts messages,
            EventFd message,
            int tableBar) {
        super(
                device.address(),
                device.readConfiguration(ConfigSpace.VENDOR_ID, 2) & 0xffff,
                device.readConfiguration(ConfigSpace.DEVICE_ID, 2) & 0xffff,
                device.readConfiguration(ConfigSpace.REVISION, 1) & 0xff,
                device.readConfiguration(ConfigSpace.REVISION, 4) >>> 8,
                show(device, tableBar));
        ConfigSpace config = config();
        config.set16(
                ConfigSpace.SUBSYSTEM_VENDOR_ID,
                device.readConfiguration(ConfigSpace.SUBSYSTEM_VENDOR_ID, 2));
        config.set16(
                ConfigSpace.SUBSYSTEM_ID, device.readConfiguration(ConfigSpace.SUBSYSTEM_ID, 2));
        this.device = device;
        this.vm = vm;
        this.firstSlot = firstSlot;
        this.message = message;
        try {
            line = parts.add(EventFd.create());
            acknowledged = parts.add(EventFd.create());
            for (Bar bar : bars()) {
                map(bar, device.region(bar.index()));
            }
            // A message that was pending while it was masked is the card's to send again.
            msi =
                    device.count(PciInterrupt.MSI) > 0
                            ? new MsiCapability(config, new Messages(messages), vector -> {})
                            : null;
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

    /** The BARs that the domain sees. */
    private static List<Bar> show(VfioDevice device, int tableBar) {
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
            if (fits && i != tableBar) {
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

    /** Registers that can be mapped whole are memory to the domain; others trap, page by page being too fine. */
    private void map(Bar bar, PciRegion region) {
        regions[bar.index()] = region;
        PciRegion.Area whole = new PciRegion.Area(0, region.bytes());
        if (bar.kind() == BarKind.MEMORY32
                && region.bytes() >= PAGE
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
        if (msi != null) {
            msi.configWritten();
        }
        commandWritten();
    }

    /** Bus mastering is the domain's to switch, in its window of memory; the interrupt line, too. */
    private void commandWritten() {
        boolean master = config().commands(ConfigSpace.COMMAND_BUS_MASTER);
        if (master != busMaster) {
            busMaster = master;
            device.setBusMaster(master);
        }
        switchLine();
    }

    /** VFIO has one kind of interrupt on at a time; a card that decodes nothing is not in use yet. */
    private void switchLine() {
        ConfigSpace config = config();
        boolean wanted =
                hasLine
                        && !messageOn
                        && !config.commands(ConfigSpace.COMMAND_NO_INTX)
                        && (config.commands(ConfigSpace.COMMAND_MEMORY)
                                || config.commands(ConfigSpace.COMMAND_IO));
        if (wanted && !lineOn) {
            device.signalBy(PciInterrupt.INTX, line);
            device.unmaskBy(acknowledged);
            lineOn = true;
        } else if (!wanted && lineOn) {
            lineOn = false;
            device.silence(PciInterrupt.INTX);
        }
    }

    private final class Messages implements MessageInterrupts {
        private final MessageInterrupts routes;

        Messages(MessageInterrupts routes) {
            this.routes = routes;
        }

        @Override
        public void route(int vector, long address, int data) {
            routes.route(vector, address, data);
            if (!messageOn) {
                messageOn = true;
                switchLine();
                device.signalBy(PciInterrupt.MSI, message);
            }
        }

        @Override
        public void mask(int vector) {
            routes.mask(vector);
            if (messageOn) {
                messageOn = false;
                device.silence(PciInterrupt.MSI);
                switchLine();
            }
        }
    }

    /** Registers that trap: by the kernel's own access, which a card that is gone answers with an error. */
    @Override
    protected long readBar(int bar, long offset, int size) {
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

    /** No interrupt of the card comes any more; the next life sets them up anew. The domain thread, the vCPU stopped. */
    public void silence() {
        if (messageOn) {
            messageOn = false;
            device.silence(PciInterrupt.MSI);
        }
        if (lineOn) {
            lineOn = false;
            device.silence(PciInterrupt.INTX);
        }
    }

    /** After {@link #silence}; the virtual machine does not run any more. */
    @Override
    public void close() {
        parts.close();
    }
}
