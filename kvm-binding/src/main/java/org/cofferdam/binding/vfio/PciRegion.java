package org.cofferdam.binding.vfio;

import java.util.List;

/**
 * A region of a VFIO device: a BAR, or its configuration space.
 *
 * @param index 0 to 5 the BARs, 7 the configuration space
 * @param fileOffset of the region in the device's descriptor
 * @param bytes its size; 0 if the device has no such region
 * @param mappable the parts that can be mapped: whole pages, empty if none; a part that is missing (an MSI-X
 *     table, on kernels that keep it) is reached by the kernel's read and write only
 */
public record PciRegion(
        int index, long fileOffset, long bytes, boolean writable, List<Area> mappable) {
    public PciRegion {
        mappable = List.copyOf(mappable);
    }

    /** A part of a region, in bytes from its start. */
    public record Area(long offset, long bytes) {}
}
