package org.cofferdam.binding.vfio;

/** Numbers of linux/vfio.h, with the names that they have there. */
final class VfioConstants {
    private VfioConstants() {}

    static final int VFIO_API_VERSION = 0;
    static final int VFIO_TYPE1v2_IOMMU = 3;

    // Container
    static final long VFIO_GET_API_VERSION = 0x3B64;
    static final long VFIO_CHECK_EXTENSION = 0x3B65;
    static final long VFIO_SET_IOMMU = 0x3B66;
    static final long VFIO_IOMMU_GET_INFO = 0x3B70;
    static final long VFIO_IOMMU_MAP_DMA = 0x3B71;
    static final long VFIO_IOMMU_UNMAP_DMA = 0x3B72;
    static final int VFIO_IOMMU_INFO_PGSIZES = 1;
    static final int VFIO_DMA_MAP_FLAG_READ = 1;
    static final int VFIO_DMA_MAP_FLAG_WRITE = 2;

    // Group
    static final long VFIO_GROUP_GET_STATUS = 0x3B67;
    static final long VFIO_GROUP_SET_CONTAINER = 0x3B68;
    static final long VFIO_GROUP_GET_DEVICE_FD = 0x3B6A;
    static final int VFIO_GROUP_FLAGS_VIABLE = 1;

    // Device; some numbers are those of container calls, on another descriptor
    static final long VFIO_DEVICE_GET_INFO = 0x3B6B;
    static final long VFIO_DEVICE_GET_REGION_INFO = 0x3B6C;
    static final long VFIO_DEVICE_GET_IRQ_INFO = 0x3B6D;
    static final long VFIO_DEVICE_SET_IRQS = 0x3B6E;
    static final long VFIO_DEVICE_RESET = 0x3B6F;
    static final long VFIO_DEVICE_GET_PCI_HOT_RESET_INFO = 0x3B70;
    static final long VFIO_DEVICE_PCI_HOT_RESET = 0x3B71;
    static final int VFIO_DEVICE_FLAGS_RESET = 1;
    static final int VFIO_DEVICE_FLAGS_PCI = 2;

    static final int VFIO_REGION_INFO_FLAG_READ = 1;
    static final int VFIO_REGION_INFO_FLAG_WRITE = 2;
    static final int VFIO_REGION_INFO_FLAG_MMAP = 4;
    static final int VFIO_REGION_INFO_FLAG_CAPS = 8;
    static final int VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1;

    static final int VFIO_IRQ_INFO_EVENTFD = 1;

    static final int VFIO_IRQ_SET_DATA_NONE = 1;
    static final int VFIO_IRQ_SET_DATA_EVENTFD = 4;
    static final int VFIO_IRQ_SET_ACTION_MASK = 8;
    static final int VFIO_IRQ_SET_ACTION_UNMASK = 16;
    static final int VFIO_IRQ_SET_ACTION_TRIGGER = 32;
}
