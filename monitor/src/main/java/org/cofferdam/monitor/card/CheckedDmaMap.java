package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The emulated card's IOMMU: each access of the card to memory asks here, and there is no other way.
 *
 * <p>An access must lie inside one window; two adjacent windows do not make one. The thread of the card;
 * {@link #reach} does not allocate.
 */
public final class CheckedDmaMap implements DmaMap {
    private static final int MOST_WINDOWS = 16;
    private static final long PAGE_MASK = 4095;

    private final @Nullable DmaWindow[] windows = new DmaWindow[MOST_WINDOWS];
    private int count;

    @Override
    public void map(long iova, MemorySegment memory, boolean writable) {
        long bytes = memory.byteSize();
        if (!memory.isNative()
                || bytes == 0
                || ((iova | bytes | memory.address()) & PAGE_MASK) != 0) {
            throw new IllegalArgumentException("not whole pages of native memory");
        }
        if (iova < 0 || iova > Long.MAX_VALUE - bytes) {
            throw new IllegalArgumentException("addresses beyond 2^63: " + Long.toHexString(iova));
        }
        for (int i = 0; i < count; i++) {
            DmaWindow w = windows[i];
            if (w != null && w.overlaps(iova, bytes)) {
                throw new IllegalArgumentException("mapped already: " + Long.toHexString(iova));
            }
        }
        if (count == MOST_WINDOWS) {
            throw new IllegalArgumentException("no more than " + MOST_WINDOWS + " mappings");
        }
        windows[count++] = new DmaWindow(memory, iova, writable);
    }

    @Override
    public void unmap(long iova) {
        for (int i = 0; i < count; i++) {
            DmaWindow w = windows[i];
            if (w != null && w.start() == iova) {
                windows[i] = windows[--count];
                windows[count] = null;
                return;
            }
        }
        throw new IllegalArgumentException("no mapping starts at " + Long.toHexString(iova));
    }

    /**
     * The window that holds the whole access, or null if the access is refused.
     *
     * @param iova untrusted
     * @param length positive; untrusted
     */
    @Nullable DmaWindow reach(long iova, long length, DmaDirection direction) {
        for (int i = 0; i < count; i++) {
            DmaWindow w = windows[i];
            if (w != null && w.covers(iova, length, direction)) {
                return w;
            }
        }
        return null;
    }
}
