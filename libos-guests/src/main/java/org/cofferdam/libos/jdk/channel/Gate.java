package org.cofferdam.libos.jdk.channel;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps a socket until the last thread is out of it: after a close its buffers serve others. No thread waits for another,
 * since a close may come from {@link Thread#interrupt}, which the other thread may need to get ahead.
 */
final class Gate {
    /** Added to the users when it is closed. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicInteger users = new AtomicInteger();
    private final Runnable release;

    /** An open gate; {@code release} runs once, when it is closed and nobody is inside. */
    Gate(Runnable release) {
        this.release = release;
    }

    /** Goes inside for a short while. False if it is closed. */
    boolean enter() {
        int now;
        do {
            now = users.get();
            if (now < 0) {
                return false;
            }
        } while (!users.compareAndSet(now, now + 1));
        return true;
    }

    /** Goes out again. */
    void leave() {
        if (users.decrementAndGet() == CLOSED) {
            release.run();
        }
    }

    /** Lets nobody in any more. */
    void close() {
        int now;
        do {
            now = users.get();
            if (now < 0) {
                return;
            }
        } while (!users.compareAndSet(now, now + CLOSED));
        if (now == 0) {
            release.run();
        }
    }
}
