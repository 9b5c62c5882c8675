package org.cofferdam.libos.net.socket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap buffers for rings, of sizes that are powers of two, with a bound on all together. A buffer that is given back
 * serves again for its size. The stack's thread takes and gives; any thread reads and writes a buffer.
 */
public final class BufferPool implements AutoCloseable {
    /** The smallest buffer. */
    public static final int LEAST = 4096;

    /** The largest buffer: what the largest window scale is good for is far beyond a guest's need. */
    public static final int MOST = 16 << 20;

    private static final int LEAST_SHIFT = 12;

    private final Arena arena = Arena.ofShared();
    private final ArrayDeque<MemorySegment>[] free;
    private final long limit;
    private long made;
    private long lent;

    /** A pool that makes at most {@code limit} bytes. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public BufferPool(long limit) {
        this.limit = limit;
        this.free = new ArrayDeque[25 - LEAST_SHIFT];
        java.util.Arrays.setAll(free, i -> new ArrayDeque<>());
    }

    /** The size of the buffer that serves for a wish: a power of two within the bounds. */
    public static int sizeFor(int wanted) {
        int bounded = Math.clamp(wanted, LEAST, MOST);
        return Integer.highestOneBit(bounded * 2 - 1);
    }

    /** A buffer of a size that {@link #sizeFor} gave, or null if the pool is used up. */
    public @Nullable MemorySegment take(int size) {
        ArrayDeque<MemorySegment> same = free[place(size)];
        MemorySegment kept = same.poll();
        if (kept != null) {
            lent += size;
            return kept;
        }
        if (made + size > limit) {
            return null;
        }
        made += size;
        lent += size;
        return arena.allocate(size, 64);
    }

    /** Gives a buffer back. Nobody uses it any more. */
    public void give(MemorySegment buffer) {
        lent -= buffer.byteSize();
        free[place((int) buffer.byteSize())].push(buffer);
    }

    /** Bytes of buffers that somebody has. The stack's thread. */
    public long lent() {
        return lent;
    }

    private static int place(int size) {
        return Integer.numberOfTrailingZeros(size) - LEAST_SHIFT;
    }

    /** Frees all memory; who still uses a ring gets an exception, not other memory. */
    @Override
    public void close() {
        arena.close();
    }
}
