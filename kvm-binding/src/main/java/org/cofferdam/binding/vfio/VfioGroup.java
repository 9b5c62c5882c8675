package org.cofferdam.binding.vfio;

import static org.cofferdam.binding.libc.Libc.C;
import static org.cofferdam.binding.vfio.VfioConstants.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.libc.Libc;

/** An IOMMU group: the devices that the IOMMU cannot tell apart, and that have one owner. */
public final class VfioGroup implements AutoCloseable {
    private final int fd;
    private final int number;
    private boolean open = true;

    private VfioGroup(int fd, int number) {
        this.fd = fd;
        this.number = number;
    }

    /**
     * Opens /dev/vfio/NUMBER.
     *
     * @throws org.cofferdam.binding.NativeCallException ENOENT if no device of the group is bound to vfio-pci, EBUSY if
     *     another process has it
     */
    public static VfioGroup open(int number) {
        return new VfioGroup(VfioCall.open("/dev/vfio/" + number), number);
    }

    /** Whether no device of the group is in the hands of a host driver. */
    public boolean isViable() {
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_group_status: argsz, flags
            MemorySegment status = VfioCall.argument(arena, 8);
            VfioCall.ioctl(
                    fd,
                    VFIO_GROUP_GET_STATUS,
                    status.address(),
                    "VFIO_GROUP_GET_STATUS, " + number);
            return (status.get(ValueLayout.JAVA_INT, 4) & VFIO_GROUP_FLAGS_VIABLE) != 0;
        }
    }

    void setContainer(int container) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocateFrom(ValueLayout.JAVA_INT, container);
            VfioCall.ioctl(
                    fd,
                    VFIO_GROUP_SET_CONTAINER,
                    argument.address(),
                    "VFIO_GROUP_SET_CONTAINER, group " + number);
        }
    }

    /**
     * Takes a device of the group, which must be in a container.
     *
     * @param address as in {@code 0000:03:00.0}
     */
    public VfioDevice device(String address) {
        int device;
        try (Arena arena = Arena.ofConfined()) {
            device =
                    VfioCall.ioctl(
                            fd,
                            VFIO_GROUP_GET_DEVICE_FD,
                            Libc.string(arena, address).address(),
                            "VFIO_GROUP_GET_DEVICE_FD, " + address);
        }
        try {
            return new VfioDevice(device, fd, address);
        } catch (RuntimeException e) {
            C.close(device);
            throw e;
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            C.close(fd);
        }
    }
}
