package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;

/**
 * What a card may reach by DMA: ranges of IO virtual addresses, each backed by memory of this process.
 *
 * <p>Whatever is not mapped is refused to the card: by the IOMMU for a real one, by the checks of {@link
 * CheckedDmaMap} for an emulated one.
 */
public interface DmaMap {
    /**
     * Lets the card reach a piece of memory.
     *
     * @param iova first IO virtual address, a multiple of 4096
     * @param memory native memory at a page boundary, of whole pages; it must outlive the mapping
     * @param writable whether the card may also write
     * @throws IllegalArgumentException if the range is not pages, or overlaps a mapping
     */
    void map(long iova, MemorySegment memory, boolean writable);

    /**
     * Takes back what {@link #map} gave.
     *
     * @param iova the first address of a mapping
     * @throws IllegalArgumentException if no mapping starts there
     */
    void unmap(long iova);
}
