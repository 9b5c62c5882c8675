package org.cofferdam.audit;

import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.binding.NativeCallException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread "audit-sync": brings what the writer wrote to the device, once for each group commit, while the writer goes
 * on emptying the rings. A slow disk so lengthens the time until records are on it, and holds nobody back before the
 * kernel does.
 *
 * <p>The writer asks with a ticket; a round that begins after that covers it. Tickets go up, and one round answers all
 * that came before it began. Requests that come during a round become one further round.
 */
final class DiskSync implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskSync.class);
    private static final long RETRY_MILLIS = 500;

    private final Thread thread = new Thread(this, "audit-sync");

    // All guarded by this.
    private @Nullable SegmentFile file;
    private boolean wanted;
    private long ticketWanted;
    private long ticketDone;
    private boolean busy;
    private boolean ended;
    private long begun;
    private long rounds;
    private long lastNanos;
    private long worstNanos;
    private long slowest;
    private @Nullable NativeCallException failure;

    DiskSync() {
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The writer goes on in this file. When this returns, nobody uses the one before any more. */
    synchronized void follow(SegmentFile next) {
        boolean interrupted = false;
        while (busy) {
            interrupted |= !pause(0);
        }
        file = next;
        restore(interrupted);
    }

    /** The writer wrote something; {@code ticket} is answered when that is on the device. */
    synchronized void request(long ticket) {
        ticketWanted = Math.max(ticketWanted, ticket);
        if (!wanted) {
            wanted = true;
            notifyAll();
        }
    }

    /**
     * Waits until a ticket is answered. Any thread.
     *
     * @param nanos how long at most; 0: as long as it takes
     * @return false if it took longer
     * @throws AuditLogException if the log was closed meanwhile, or the thread was interrupted
     */
    synchronized boolean await(long ticket, long nanos) {
        long until = System.nanoTime() + nanos;
        while (ticketDone < ticket && !ended) {
            long left = nanos == 0 ? 0 : until - System.nanoTime();
            if (nanos != 0 && left <= 0) {
                return false;
            }
            if (!pause(left)) {
                Thread.currentThread().interrupt();
                throw new AuditLogException(
                        Problem.IO, "interrupted while the audit log was flushed");
            }
        }
        if (ticketDone < ticket) {
            throw new AuditLogException(Problem.CLOSED, "the audit log was closed");
        }
        return true;
    }

    /** One wait(); false if it was interrupted. 0: without end. */
    @SuppressWarnings("WaitNotInLoop") // its callers loop
    private boolean pause(long nanos) {
        try {
            wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** How it stands with syncing. */
    record Standing(
            long rounds,
            long lastNanos,
            long worstNanos,
            long runningNanos,
            @Nullable NativeCallException failure) {}

    synchronized Standing standing() {
        return new Standing(
                rounds, lastNanos, worstNanos, busy ? System.nanoTime() - begun : 0, failure);
    }

    /** The longest round since the last call that took longer than {@code nanos}, or 0. */
    synchronized long takeSlowest(long nanos) {
        long was = slowest;
        slowest = 0;
        return was > nanos ? was : 0;
    }

    @Override
    public void run() {
        while (true) {
            SegmentFile syncing;
            long ticket;
            synchronized (this) {
                while (!wanted && !ended) {
                    pause(0);
                }
                if (ended) {
                    return;
                }
                wanted = false;
                busy = true;
                begun = System.nanoTime();
                ticket = ticketWanted;
                syncing = file;
            }
            NativeCallException failed = syncing == null ? null : sync(syncing);
            synchronized (this) {
                busy = false;
                lastNanos = System.nanoTime() - begun;
                worstNanos = Math.max(worstNanos, lastNanos);
                slowest = Math.max(slowest, lastNanos);
                rounds++;
                failure = failed;
                if (failed == null) {
                    ticketDone = ticket;
                } else {
                    wanted = true;
                }
                notifyAll();
                if (failed != null && !ended) {
                    pause(RETRY_MILLIS * 1_000_000);
                }
            }
        }
    }

    private static @Nullable NativeCallException sync(SegmentFile file) {
        try {
            file.sync();
            return null;
        } catch (NativeCallException e) {
            LOG.error("The audit log does not reach the device: {}", e.getMessage());
            return e;
        }
    }

    /** The log is closed; {@code allIsThere} on the device, or else those who wait are told that it is not. */
    void end(boolean allIsThere) {
        synchronized (this) {
            if (allIsThere) {
                ticketDone = Long.MAX_VALUE;
            }
            ended = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        restore(interrupted);
    }
}
