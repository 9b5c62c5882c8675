package org.cofferdam.monitor.vfio;

import java.lang.foreign.MemorySegment;
import org.cofferdam.monitor.card.DmaMap;
import org.jspecify.annotations.Nullable;

/**
 * The one window that a real card has: the IOMMU refuses everything beside it. The card is bus master exactly while
 * the window is mapped. Domain thread.
 */
final class VfioDmaMap implements DmaMap {
    private @Nullable VfioCard card;
    private long mapped;
    private long iova;

    /** The card whose window this is from now on; null: none. No window may be mapped. */
    void serve(@Nullable VfioCard next) {
        if (mapped != 0) {
            throw new IllegalStateException("the window of the last card is still mapped");
        }
        card = next;
    }

    boolean isMapped() {
        return mapped != 0;
    }

    @Override
    public void map(long at, MemorySegment memory, boolean writable) {
        VfioCard c = card;
        if (c == null || mapped != 0) {
            throw new IllegalArgumentException(c == null ? "no card" : "one window only");
        }
        c.container().map(at, memory, writable);
        iova = at;
        mapped = memory.byteSize();
        c.device().setBusMaster(true);
    }

    @Override
    public void unmap(long at) {
        VfioCard c = card;
        if (c == null || mapped == 0 || at != iova) {
            throw new IllegalArgumentException("no mapping starts at " + Long.toHexString(at));
        }
        long bytes = mapped;
        mapped = 0;
        try {
            c.device().setBusMaster(false);
        } finally {
            c.container().unmap(at, bytes); // also where the card no longer answers
        }
    }
}
