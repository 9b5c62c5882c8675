package org.cofferdam.proxy.uplink;

import org.cofferdam.proxy.virtqueue.SplitQueue;

/**
 * Notices a domain that does not serve its receive queue. A driver has a pool of buffers: those that it offers, and
 * those that the device has filled and the driver still owes. If it owes some and offers none for a long time, frames
 * are not going out.
 *
 * <p>The pool is the most that was ever offered at once; so a driver that never offers any owes nothing, and is noticed
 * by the closed gate instead. One thread, allocation-free.
 */
final class ServiceWatch {
    private final SplitQueue queue;
    private long filled;
    private long offered;
    private long pool;
    private long lastProgress;
    private boolean waiting;

    ServiceWatch(SplitQueue queue) {
        this.queue = queue;
    }

    /** A buffer was filled. */
    void filledOne() {
        filled++;
    }

    /**
     * Looks at the queue's progress.
     *
     * @param gateClosed there is no room for a frame
     */
    void observe(long now, boolean gateClosed) {
        long offeredNow = queue.chainsOffered();
        pool = Math.max(pool, offeredNow - filled);
        boolean owes = owed(offeredNow) > 0 || gateClosed;
        if (!waiting || offeredNow != offered) {
            lastProgress = now;
        }
        waiting = owes;
        offered = offeredNow;
    }

    /** Buffers filled so far. */
    long filled() {
        return filled;
    }

    /** Buffers that the driver owes. */
    long owed() {
        return owed(offered);
    }

    private long owed(long offeredNow) {
        return pool - (offeredNow - filled);
    }

    /** Nanoseconds for which the driver has owed buffers without offering one; 0 if it owes none. */
    long unservedNanos(long now) {
        return waiting ? now - lastProgress : 0;
    }
}
