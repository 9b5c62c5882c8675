package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The pages of a peer's memory that were written to, for a front end that moves its machine to another host while it
 * runs (vhost-user specification, "Migration"): a bit for each page of 4096 bytes, by guest-physical address, the lowest
 * address in the lowest bit of the first byte. The front end clears bits at the same time, so they are set by atomic
 * operations.
 *
 * <p>Switch thread; allocation-free. The memory is the peer's, and may be cut short as any of it.
 */
public final class WriteLog {
    /** log2 of the page size. */
    private static final int PAGE_SHIFT = 12;

    private static final VarHandle U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MemorySegment bitmap;
    private boolean marked;

    /**
     * A log in this memory.
     *
     * @param bitmap aligned to 4 bytes, which bits are set by
     */
    public WriteLog(MemorySegment bitmap) {
        if (bitmap.address() % Integer.BYTES != 0) {
            throw new IllegalArgumentException("The log is not aligned in memory");
        }
        this.bitmap = bitmap.asSlice(0, bitmap.byteSize() / Integer.BYTES * Integer.BYTES);
    }

    /** Whether there is a bit for every page below this guest-physical address. */
    public boolean covers(long end) {
        return (end - 1) >>> PAGE_SHIFT < 8 * bitmap.byteSize();
    }

    /** Bytes from this guest-physical address on were written; all below what {@link #covers} was asked for. */
    void mark(long address, long bytes) {
        marked |= bytes > 0;
        for (long page = address >>> PAGE_SHIFT;
                page <= (address + bytes - 1) >>> PAGE_SHIFT;
                page++) {
            long at = page >>> 5 << 2;
            int bit = 1 << page;
            // A look first would save nothing: between the bytes and the look there must be a full
            // fence, else the front end could clear the bit and copy the page without them.
            int before = (int) U32.getAndBitwiseOr(bitmap, at, bit);
            assert (before | bit) != 0;
        }
    }

    /** Whether anything was marked since the last call. */
    public boolean takeMarked() {
        boolean was = marked;
        marked = false;
        return was;
    }
}
