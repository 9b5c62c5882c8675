package org.cofferdam.proxy.virtqueue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one peer, as its queues may name it: regions of guest-physical addresses for the rings, and windows
 * inside them for buffers.
 *
 * <p>A buffer must lie wholly in one window. Each window is a slice of its own, so that even a wrong offset could not
 * leave it. Addresses and lengths are bytes. Immutable; lookups are allocation-free and may come from any thread.
 */
public final class QueueMemory {

    /**
     * One contiguous piece of the peer's memory.
     *
     * @param address guest-physical address of its first byte
     * @param memory the bytes themselves
     */
    public record Region(long address, MemorySegment memory) {
        public Region {
            if (address < 0
                    || memory.byteSize() <= 0
                    || address > Long.MAX_VALUE - memory.byteSize()) {
                throw new IllegalArgumentException(
                        "A region of %d bytes at 0x%x is not possible"
                                .formatted(memory.byteSize(), address));
            }
        }
    }

    private final List<Region> regions;
    private final long[] windowStart;
    private final long[] windowBytes;
    private final MemorySegment[] windowMemory;
    private final @Nullable WriteLog log;

    private QueueMemory(List<Region> regions, List<Region> windows, @Nullable WriteLog log) {
        this.regions = List.copyOf(regions);
        this.log = log;
        this.windowStart = windows.stream().mapToLong(Region::address).toArray();
        this.windowBytes = windows.stream().mapToLong(w -> w.memory().byteSize()).toArray();
        this.windowMemory = windows.stream().map(Region::memory).toArray(MemorySegment[]::new);
    }

    /** Memory of these regions, all of which may hold buffers. */
    public static QueueMemory of(List<Region> regions) {
        return new QueueMemory(regions, regions, null);
    }

    /** One region, all of which may hold buffers. */
    public static QueueMemory of(long address, MemorySegment memory) {
        return of(List.of(new Region(address, memory)));
    }

    /**
     * The same memory with buffers allowed in this one range only.
     *
     * @throws IllegalArgumentException when the range does not lie in one region
     */
    public QueueMemory withBufferWindow(long address, long bytes) {
        return new QueueMemory(regions, List.of(new Region(address, slice(address, bytes))), log);
    }

    /**
     * The same memory, all of which may hold buffers, with a log of what queues write into it.
     *
     * @throws IllegalArgumentException when the log does not cover all of it
     */
    public QueueMemory withLog(WriteLog writes) {
        for (Region region : regions) {
            // The sum is checked by the region.
            if (!writes.covers(region.address() + region.memory().byteSize())) {
                throw new IllegalArgumentException(
                        "The log ends before 0x%x".formatted(region.address()));
            }
        }
        return new QueueMemory(regions, regions, writes);
    }

    /** The log of what is written, if anybody wants one. */
    public @Nullable WriteLog log() {
        return log;
    }

    /**
     * The bytes of a ring, wherever in the memory it lies.
     *
     * @throws IllegalArgumentException when the range does not lie in one region
     */
    MemorySegment slice(long address, long bytes) {
        List<MemorySegment> found = new ArrayList<>(1);
        for (Region region : regions) {
            long offset = address - region.address();
            if (bytes >= 0 && offset >= 0 && offset <= region.memory().byteSize() - bytes) {
                found.add(region.memory().asSlice(offset, bytes));
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "%d bytes at 0x%x lie outside the memory".formatted(bytes, address));
        }
        return found.getFirst();
    }

    /**
     * The window that holds the whole buffer, or -1.
     *
     * @param address guest-physical, any 64-bit value
     * @param bytes 0 to 2^32 - 1
     */
    int windowOf(long address, long bytes) {
        for (int i = 0; i < windowStart.length; i++) {
            // Neither difference can mislead: a start and a size are below 2^63 by the constructor,
            // so an address
            // that wraps gives an offset that is negative or beyond every size, and `size - bytes`
            // that is negative
            // is below every offset that passed the first test. No sum of untrusted values is
            // formed.
            long offset = address - windowStart[i];
            if (offset >= 0 && offset <= windowBytes[i] - bytes) {
                return i;
            }
        }
        return -1;
    }

    /** The bytes of a window that {@link #windowOf} found. */
    MemorySegment window(int index) {
        return windowMemory[index];
    }

    /** Bytes of a window were written. */
    void written(int window, long offset, long bytes) {
        if (log != null) {
            log.mark(windowStart[window] + offset, bytes);
        }
    }

    /** Where in its window an address lies that {@link #windowOf} found there. */
    long offsetIn(int window, long address) {
        return address - windowStart[window];
    }
}
