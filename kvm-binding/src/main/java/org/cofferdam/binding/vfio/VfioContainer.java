package org.cofferdam.binding.vfio;

import static org.cofferdam.binding.libc.Libc.C;
import static org.cofferdam.binding.vfio.VfioConstants.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.libc.Errno;

/**
 * An IOMMU address space: what the devices of the groups in it can reach by DMA. Empty at first: whatever is not
 * mapped, the IOMMU refuses.
 */
public final class VfioContainer implements AutoCloseable {
    private final int fd;
    private boolean open = true;

    private VfioContainer(int fd) {
        this.fd = fd;
    }

    /**
     * Makes an empty address space and lets the group join it.
     *
     * @throws NativeCallException ENOENT without the module vfio, EPERM where interrupts are not remapped and the
     *     kernel was not told to allow that
     */
    public static VfioContainer around(VfioGroup group) {
        VfioContainer container = new VfioContainer(VfioCall.open("/dev/vfio/vfio"));
        try {
            container.join(group);
            return container;
        } catch (RuntimeException e) {
            container.close();
            throw e;
        }
    }

    private void join(VfioGroup group) {
        int version = VfioCall.ioctl(fd, VFIO_GET_API_VERSION, 0, "VFIO_GET_API_VERSION");
        if (version != VFIO_API_VERSION) {
            throw new IllegalStateException("/dev/vfio/vfio speaks API version " + version);
        }
        if (C.ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) <= 0) {
            throw new NativeCallException(
                    "ioctl", Errno.ENODEV.code(), "VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU");
        }
        group.setContainer(fd);
        VfioCall.ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU, "VFIO_SET_IOMMU, type1v2");
    }

    /** The page sizes that the IOMMU can map, as a bit mask: bit 12 for 4 KiB, 21 for 2 MiB. */
    public long pageSizes() {
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_iommu_type1_info: argsz, flags, iova_pgsizes, cap_offset, pad
            MemorySegment info = VfioCall.argument(arena, 24);
            VfioCall.ioctl(fd, VFIO_IOMMU_GET_INFO, info.address(), "VFIO_IOMMU_GET_INFO");
            boolean told = (info.get(ValueLayout.JAVA_INT, 4) & VFIO_IOMMU_INFO_PGSIZES) != 0;
            return told ? info.get(ValueLayout.JAVA_LONG, 8) : 4096;
        }
    }

    /**
     * Lets the devices reach memory, which the kernel pins. It uses as large IOMMU pages as the memory's
     * alignment and the IOMMU allow.
     *
     * @param iova where the devices see it, a multiple of 4096
     * @param memory native, whole pages; it must outlive the mapping, and no page of it may be given back to the
     *     kernel meanwhile: the devices would go on to reach the old one
     * @param writable whether the devices may also write
     */
    public void map(long iova, MemorySegment memory, boolean writable) {
        if (!memory.isNative()
                || memory.byteSize() == 0
                || ((iova | memory.byteSize() | memory.address()) & 4095) != 0) {
            throw new IllegalArgumentException("not whole pages of native memory");
        }
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_iommu_type1_dma_map: argsz, flags, vaddr, iova, size
            MemorySegment m = VfioCall.argument(arena, 32);
            m.set(
                    ValueLayout.JAVA_INT,
                    4,
                    VFIO_DMA_MAP_FLAG_READ | (writable ? VFIO_DMA_MAP_FLAG_WRITE : 0));
            m.set(ValueLayout.JAVA_LONG, 8, memory.address());
            m.set(ValueLayout.JAVA_LONG, 16, iova);
            m.set(ValueLayout.JAVA_LONG, 24, memory.byteSize());
            VfioCall.ioctl(
                    fd,
                    VFIO_IOMMU_MAP_DMA,
                    m.address(),
                    "VFIO_IOMMU_MAP_DMA, 0x"
                            + Long.toHexString(iova)
                            + "+0x"
                            + Long.toHexString(memory.byteSize()));
        }
    }

    /**
     * Takes a mapping back; when this returns, no device reaches the memory.
     *
     * @return bytes that were mapped in the range
     */
    public long unmap(long iova, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            // struct vfio_iommu_type1_dma_unmap: argsz, flags, iova, size
            MemorySegment m = VfioCall.argument(arena, 24);
            m.set(ValueLayout.JAVA_LONG, 8, iova);
            m.set(ValueLayout.JAVA_LONG, 16, bytes);
            VfioCall.ioctl(
                    fd,
                    VFIO_IOMMU_UNMAP_DMA,
                    m.address(),
                    "VFIO_IOMMU_UNMAP_DMA, 0x" + Long.toHexString(iova));
            return m.get(ValueLayout.JAVA_LONG, 16);
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
