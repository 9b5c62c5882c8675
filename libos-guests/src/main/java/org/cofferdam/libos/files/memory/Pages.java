package org.cofferdam.libos.files.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that all writable files share, outside the heap: pages of 4 KiB out of slabs of 1 MiB. It grows up to its
 * limit and is not given back; pages of deleted files serve again. Any thread.
 */
public final class Pages {
    static final int PAGE = 4096;
    private static final int PAGES_A_SLAB = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<MemorySegment> free = new ArrayDeque<>();
    private final long limit;
    private long made;
    private long used;

    /** As many whole pages as the limit holds. */
    public Pages(long limitBytes) {
        this.limit = limitBytes / PAGE;
    }

    /** What all files may hold together, in bytes. */
    public long limit() {
        return limit * PAGE;
    }

    /** What is not taken, in bytes. */
    public long left() {
        lock.lock();
        try {
            return (limit - used) * PAGE;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A page of zeros.
     *
     * @throws IOException with the kernel's words for a full disk, if the limit is reached
     */
    MemorySegment take() throws IOException {
        lock.lock();
        try {
            if (used == limit) {
                throw full();
            }
            if (free.isEmpty()) {
                long some = Math.min(PAGES_A_SLAB, limit - made);
                MemorySegment slab = Arena.global().allocate(some * PAGE, PAGE);
                for (long i = 0; i < some; i++) {
                    free.add(slab.asSlice(i * PAGE, PAGE));
                }
                made += some;
            }
            used++;
            return free.removeLast().fill((byte) 0);
        } finally {
            lock.unlock();
        }
    }

    void giveBack(MemorySegment page) {
        lock.lock();
        try {
            used--;
            free.addLast(page);
        } finally {
            lock.unlock();
        }
    }

    static IOException full() {
        return new IOException("No space left on device");
    }
}
