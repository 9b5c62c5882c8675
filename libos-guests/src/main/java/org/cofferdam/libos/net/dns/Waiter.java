package org.cofferdam.libos.net.dns;

import java.util.concurrent.locks.LockSupport;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.ReadinessListener;

/** A thread that waits for an endpoint. An interrupt does not end the wait, as with the JDK's own lookups, and is kept. */
final class Waiter implements ReadinessListener {
    private final Thread thread = Thread.currentThread();

    /** Looks whether it need wait no longer. */
    interface Condition {
        boolean holds();
    }

    @Override
    public void becameReady(Endpoint endpoint, int what) {
        LockSupport.unpark(thread);
    }

    /** Waits on the thread that made this; false if the time, of {@link System#nanoTime}, is over. */
    boolean await(Condition condition, long deadline) {
        boolean interrupted = false;
        try {
            while (!condition.holds()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
                interrupted |= Thread.interrupted();
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
