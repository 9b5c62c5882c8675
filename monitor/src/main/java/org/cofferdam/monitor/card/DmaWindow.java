package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;

/**
 * One mapped range. To hold one that {@link CheckedDmaMap#reach} returned means that the access asked about
 * lies inside it, until the next change of the map.
 */
final class DmaWindow {
    private final MemorySegment memory;
    private final long start;
    private final long bytes;
    private final boolean writable;

    DmaWindow(MemorySegment memory, long start, boolean writable) {
        this.memory = memory;
        this.start = start;
        this.bytes = memory.byteSize();
        this.writable = writable;
    }

    MemorySegment memory() {
        return memory;
    }

    long start() {
        return start;
    }

    /** Offset in {@link #memory()} of an address inside the window. */
    long offset(long iova) {
        return iova - start;
    }

    /** Whether the whole access lies inside and is allowed. */
    boolean covers(long iova, long length, DmaDirection direction) {
        // iova is unsigned and untrusted. The difference is non-negative and below `bytes` only for
        // an
        // address inside; then bytes - at is positive and cannot overflow.
        long at = iova - start;
        return at >= 0
                && at < bytes
                && length <= bytes - at
                && (writable || direction == DmaDirection.DEVICE_READS);
    }

    boolean overlaps(long otherStart, long otherBytes) {
        return otherStart < start + bytes && start < otherStart + otherBytes;
    }
}
