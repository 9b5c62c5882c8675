package org.cofferdam.binding.vfio;

import static org.cofferdam.binding.libc.Libc.C;
import static org.cofferdam.binding.vfio.VfioConstants.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/** A PCI device that this process has. Its bus mastering is off until {@link #setBusMaster} says otherwise. */
public final class VfioDevice implements AutoCloseable {
    /** Index of the configuration space, VFIO_PCI_CONFIG_REGION_INDEX. */
    public static final int CONFIGURATION = 7;

    private static final int MOST_AREAS = 64;
    private static final int MOST_DEVICES = 256;

    // PCI Local Bus 3.0, 6.2.2
    private static final int COMMAND = 4;
    private static final int COMMAND_MEMORY = 2;
    private static final int COMMAND_BUS_MASTER = 4;
    private static final int STATUS = 6;
    private static final int STATUS_CAPABILITIES = 1 << 4;
    private static final int CAPABILITIES = 0x34;
    private static final int FIRST_CAPABILITY = 0x40;
    private static final int MOST_CAPABILITIES = 48;
    private static final int CAPABILITY_EXPRESS = 0x10;
    private static final int EXPRESS_RESETS = 1 << 28; // PCI Express Base 3.0, 7.8.3
    private static final int CAPABILITY_ADVANCED = 0x13;
    private static final int ADVANCED_RESETS =
            1 << 1; // ECN Advanced Capabilities for Conventional PCI, 2

    private final int fd;
    private final int group;
    private final String address;
    private final boolean resets;
    private final PciRegion configuration;
    private boolean open = true;

    VfioDevice(int fd, int group, String address) {
        this.fd = fd;
        this.group = group;
        this.address = address;
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_device_info: argsz, flags, num_regions, num_irqs, cap_offset, pad
            MemorySegment info = VfioCall.argument(arena, 24);
            VfioCall.ioctl(fd, VFIO_DEVICE_GET_INFO, info.address(), "VFIO_DEVICE_GET_INFO");
            int flags = info.get(ValueLayout.JAVA_INT, 4);
            if ((flags & VFIO_DEVICE_FLAGS_PCI) == 0) {
                throw new IllegalStateException(address + " is no PCI device to VFIO");
            }
            resets = (flags & VFIO_DEVICE_FLAGS_RESET) != 0;
        }
        configuration = region(CONFIGURATION);
    }

    /** A region by its index. */
    public PciRegion region(int index) {
        String detail = "VFIO_DEVICE_GET_REGION_INFO, " + index;
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_region_info: argsz, flags, index, cap_offset, size, offset
            MemorySegment r =
                    VfioCall.infoWithCapabilities(
                            arena, fd, VFIO_DEVICE_GET_REGION_INFO, 32, index, detail);
            int flags = r.get(ValueLayout.JAVA_INT, 4);
            long bytes = r.get(ValueLayout.JAVA_LONG, 16);
            return new PciRegion(
                    index,
                    r.get(ValueLayout.JAVA_LONG, 24),
                    bytes,
                    (flags & VFIO_REGION_INFO_FLAG_WRITE) != 0,
                    mappable(r, flags, bytes));
        }
    }

    private static List<PciRegion.Area> mappable(MemorySegment info, int flags, long bytes) {
        if ((flags & VFIO_REGION_INFO_FLAG_MMAP) == 0 || bytes == 0) {
            return List.of();
        }
        long at =
                (flags & VFIO_REGION_INFO_FLAG_CAPS) == 0 ? 0 : info.get(ValueLayout.JAVA_INT, 12);
        // struct vfio_info_cap_header: id, version, next (from the start of the structure; forwards
        // only, or a loop)
        while (at >= 32 && at <= info.byteSize() - 16) {
            int id = info.get(ValueLayout.JAVA_SHORT, at) & 0xffff;
            if (id == VFIO_REGION_INFO_CAP_SPARSE_MMAP) {
                return areas(info, at);
            }
            long next = info.get(ValueLayout.JAVA_INT, at + 4) & 0xffff_ffffL;
            at = next > at ? next : 0;
        }
        return List.of(new PciRegion.Area(0, bytes));
    }

    /** struct vfio_region_info_cap_sparse_mmap: header, nr_areas, reserved, areas of offset and size. */
    private static List<PciRegion.Area> areas(MemorySegment info, long at) {
        int count = info.get(ValueLayout.JAVA_INT, at + 8);
        List<PciRegion.Area> areas = new ArrayList<>();
        for (int i = 0; i < Math.min(count, MOST_AREAS); i++) {
            long area = at + 16 + 16L * i;
            areas.add(
                    new PciRegion.Area(
                            info.get(ValueLayout.JAVA_LONG, area),
                            info.get(ValueLayout.JAVA_LONG, area + 8)));
        }
        return areas;
    }

    /** Maps a part of a region; {@link PciRegion#mappable} says which can be. */
    public MappedRegion map(PciRegion region, PciRegion.Area area) {
        return new MappedRegion(
                fd,
                region.fileOffset() + area.offset(),
                area.bytes(),
                address
                        + ", region "
                        + region.index()
                        + " at 0x"
                        + Long.toHexString(area.offset()));
    }

    /**
     * Reads a little-endian value of 1, 2 or 4 bytes by the kernel's own access, which a device that is gone answers
     * with an error or all ones.
     */
    public int read(PciRegion region, long offset, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4, 4);
            if (C.pread(fd, buffer.address(), bytes, place(region, offset, bytes)) != bytes) {
                throw Libc.failure("pread", where(region, offset));
            }
            return buffer.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** The same for a store. */
    public void write(PciRegion region, long offset, int bytes, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_INT, value);
            if (C.pwrite(fd, buffer.address(), bytes, place(region, offset, bytes)) != bytes) {
                throw Libc.failure("pwrite", where(region, offset));
            }
        }
    }

    private static long place(PciRegion region, long offset, int bytes) {
        if (bytes < 1 || bytes > 4 || offset < 0 || offset > region.bytes() - bytes) {
            throw new IllegalArgumentException("not in the region: " + offset + ", " + bytes);
        }
        return region.fileOffset() + offset;
    }

    private String where(PciRegion region, long offset) {
        return address + ", region " + region.index() + " at 0x" + Long.toHexString(offset);
    }

    /** Reads 1, 2 or 4 bytes of the configuration space. */
    public int readConfiguration(int offset, int bytes) {
        return read(configuration, offset, bytes);
    }

    /** Lets the device begin DMA by itself, MSI included, or forbids it; its registers are on in either case. */
    public void setBusMaster(boolean on) {
        int command = (readConfiguration(COMMAND, 2) & ~COMMAND_BUS_MASTER) | COMMAND_MEMORY;
        write(configuration, COMMAND, 2, on ? command | COMMAND_BUS_MASTER : command);
    }

    /** How many interrupts of a kind the device has that can signal an eventfd; 0 if none. */
    public int count(PciInterrupt kind) {
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_irq_info: argsz, flags, index, count
            MemorySegment info = VfioCall.argument(arena, 16);
            info.set(ValueLayout.JAVA_INT, 8, kind.index());
            if (C.ioctl(fd, VFIO_DEVICE_GET_IRQ_INFO, info.address()) < 0) {
                if (Libc.errno() == Errno.EINVAL.code()) {
                    return 0; // ERROR exists for PCI Express only
                }
                throw Libc.failure("ioctl", "VFIO_DEVICE_GET_IRQ_INFO, " + kind);
            }
            boolean eventfd = (info.get(ValueLayout.JAVA_INT, 4) & VFIO_IRQ_INFO_EVENTFD) != 0;
            return eventfd ? info.get(ValueLayout.JAVA_INT, 12) : 0;
        }
    }

    /**
     * Lets the first interrupts of a kind signal these events, one each.
     *
     * @throws NativeCallException if the kernel has not so many interrupts for the device, among other reasons
     */
    public void signalBy(PciInterrupt kind, List<EventFd> events) {
        int trigger = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
        setInterrupts(kind, trigger, events.size(), events);
    }

    /** Switches all interrupts of a kind off. */
    public void silence(PciInterrupt kind) {
        setInterrupts(kind, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, List.of());
    }

    /** Lets {@link PciInterrupt#INTX} come again; if the line is still asserted it comes at once. */
    public void unmask() {
        int unmask = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK;
        setInterrupts(PciInterrupt.INTX, unmask, 1, List.of());
    }

    /**
     * Lets {@code event} do what {@link #unmask} does, inside the kernel. With KVM's resampling of the same eventfd a
     * guest's acknowledgement of the interrupt needs nobody here.
     */
    public void unmaskBy(EventFd event) {
        int unmask = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK;
        setInterrupts(PciInterrupt.INTX, unmask, 1, List.of(event));
    }

    private void setInterrupts(PciInterrupt kind, int flags, int count, List<EventFd> events) {
        String detail = "VFIO_DEVICE_SET_IRQS, " + kind;
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_irq_set: argsz, flags, index, start, count, data
            MemorySegment s = VfioCall.argument(arena, 20 + 4 * events.size());
            s.set(ValueLayout.JAVA_INT, 4, flags);
            s.set(ValueLayout.JAVA_INT, 8, kind.index());
            s.set(ValueLayout.JAVA_INT, 16, count);
            for (int i = 0; i < events.size(); i++) {
                s.set(ValueLayout.JAVA_INT, 20 + 4L * i, events.get(i).fd());
            }
            int fewer = VfioCall.ioctl(fd, VFIO_DEVICE_SET_IRQS, s.address(), detail);
            if (fewer > 0) {
                throw new NativeCallException(
                        "ioctl",
                        Errno.ENOSPC.code(),
                        detail + ": " + count + " are wanted, the kernel has " + fewer);
            }
        }
    }

    /**
     * Resets the device: by a function level reset if it has one, else with its bus, else by what the kernel knows besides.
     * Blocks for as long as the device takes, a tenth of a second for a function level reset, more than a second for a bus.
     *
     * @param power whether {@link Reset#POWER} is preferred to a reset of the bus, by who sees to it that it is one
     * @return which of them was used
     * @throws NativeCallException if none is possible
     */
    public Reset reset(boolean power) {
        ResetDelay.ifInjected();
        boolean functionLevel = hasFunctionLevelReset();
        if (resets && (functionLevel || power)) {
            resetFunction();
            return functionLevel ? Reset.FUNCTION : Reset.POWER;
        }
        try {
            resetBus();
            return Reset.BUS;
        } catch (NativeCallException e) {
            // Others are on its bus that are not in its group, or there is no bridge above it.
            if (!resets) {
                throw e;
            }
        }
        resetFunction();
        return Reset.POWER;
    }

    /** How a device was reset. */
    public enum Reset {
        /** By a function level reset (PCI Express Base 3.0, 6.6.2). */
        FUNCTION,
        /** Together with all on its bus. */
        BUS,
        /**
         * As a rule by its power states (PCI Power Management 1.2, 5.4.1). A card should forget everything by that, and not
         * every one does: QEMU's e1000e goes on to receive.
         */
        POWER
    }

    private void resetFunction() {
        VfioCall.ioctl(fd, VFIO_DEVICE_RESET, 0, "VFIO_DEVICE_RESET, " + address);
    }

    /** Whether it has a reset that leaves nothing of what its last owner wrote. */
    public boolean hasFunctionLevelReset() {
        int express = capability(CAPABILITY_EXPRESS);
        if (express != 0 && (readConfiguration(express + 4, 4) & EXPRESS_RESETS) != 0) {
            return true;
        }
        int advanced = capability(CAPABILITY_ADVANCED);
        return advanced != 0 && (readConfiguration(advanced + 3, 1) & ADVANCED_RESETS) != 0;
    }

    /**
     * Where the capability with this number is in configuration space, 0 if there is none (PCI Local Bus 3.0, 6.7). The list
     * is the card's word, so it is walked with a bound.
     */
    public int capability(int number) {
        if ((readConfiguration(STATUS, 2) & STATUS_CAPABILITIES) == 0) {
            return 0;
        }
        int at = readConfiguration(CAPABILITIES, 1) & 0xfc;
        for (int i = 0; i < MOST_CAPABILITIES && at >= FIRST_CAPABILITY; i++) {
            if ((readConfiguration(at, 1) & 0xff) == number) {
                return at;
            }
            at = readConfiguration(at + 1, 1) & 0xfc;
        }
        return 0;
    }

    /** All devices on the bus must be in this group: the kernel wants a descriptor for each group. */
    private void resetBus() {
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_pci_hot_reset_info: argsz, flags, count, devices
            int bytes = 12 + 8 * MOST_DEVICES;
            MemorySegment info = VfioCall.argument(arena, bytes);
            VfioCall.ioctl(
                    fd,
                    VFIO_DEVICE_GET_PCI_HOT_RESET_INFO,
                    info.address(),
                    "VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, " + address);
            // struct vfio_pci_hot_reset: argsz, flags, count, group_fds
            MemorySegment reset = VfioCall.argument(arena, 16);
            reset.set(ValueLayout.JAVA_INT, 8, 1);
            reset.set(ValueLayout.JAVA_INT, 12, group);
            VfioCall.ioctl(
                    fd,
                    VFIO_DEVICE_PCI_HOT_RESET,
                    reset.address(),
                    "VFIO_DEVICE_PCI_HOT_RESET, " + address);
        }
    }

    /** Where it is on the bus. */
    public String address() {
        return address;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.close(fd);
        }
    }
}
