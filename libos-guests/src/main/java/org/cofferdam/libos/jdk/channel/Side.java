package org.cofferdam.libos.jdk.channel;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a channel: whose turn it is, and the one thread that waits in its turn. Waking costs the network's
 * thread a look at a field when nobody waits.
 */
final class Side {
    /** Waits without end. */
    static final long FOREVER = Long.MAX_VALUE;

    private final ReentrantLock turn = new ReentrantLock();
    private volatile @Nullable Thread waiter;

    /** Begins a turn; waits for the turn of another thread to end. */
    void take() {
        turn.lock();
    }

    /** Ends a turn. */
    void give() {
        turn.unlock();
    }

    /**
     * Waits until something is so. An interrupt does not end it, and is there again afterwards: where it counts it closes
     * the channel, and who waits waits for that as well.
     *
     * @param nanos the longest wait, or {@link #FOREVER}
     * @return false if the time is over
     */
    boolean await(BooleanSupplier over, long nanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        waiter = Thread.currentThread();
        try {
            while (true) {
                // The waiter is visible before it looks; who changes something looks for a waiter
                // afterwards.
                VarHandle.fullFence();
                if (over.getAsBoolean()) {
                    return true;
                }
                long left = nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - start);
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
                // A thread with an interrupt does not park.
                interrupted |= Thread.interrupted();
            }
        } finally {
            waiter = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Has the waiter look again. Any thread, after what it waits for has come about. */
    void wake() {
        Thread thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
