package org.cofferdam.audit;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cofferdam.audit.AuditCounters.State;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.binding.NativeCallException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the writer does about a disk that refuses, fails or is slow: it holds what it has and tries again twice a second.
 * The rings fill meanwhile and their sources do what {@link WhenFull} says. The writer's thread, but for what is said to
 * be any thread's.
 */
final class DiskPatience {
    private static final Logger LOG = LoggerFactory.getLogger(DiskPatience.class);
    private static final long RETRY_NANOS = 500_000_000;

    /** A sync that takes longer is told of: by the state, and in the log. */
    static final long SLOW_NANOS = 1_000_000_000;

    /** Under {@link WhenFull#STOP}: so long may a full disk refuse. */
    private static final long FULL_STOP_NANOS = 1_000_000_000;

    /** Under {@link WhenFull#STOP}: so long may a sync take. */
    private static final long SLOW_STOP_NANOS = 10_000_000_000L;

    /** What the log is doing, and a sentence about it. */
    record Status(State state, String message) {}

    /** The disk refuses and the log is being closed. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused() {
            super("the disk takes no more", null, false, false);
        }
    }

    private static final Status RUNNING = new Status(State.RUNNING, "");

    private final Path directory;
    private final WhenFull whenFull;
    private final WriterBell bell;
    private final DiskSync disk;
    private final BooleanSupplier closing;
    private volatile Status status = RUNNING;
    private volatile long blockedTotal;
    private long blockedNanos;
    private int blockedErrno;

    // Guarded by this.
    private @Nullable Consumer<String> onStop;
    private String stopReason = "";

    DiskPatience(AuditOptions options, WriterBell bell, DiskSync disk, BooleanSupplier closing) {
        directory = options.directory();
        whenFull = options.policy().whenFull();
        this.bell = bell;
        this.disk = disk;
        this.closing = closing;
    }

    /** What the writer and the disk are doing. Any thread. */
    Status status() {
        Status now = status;
        if (now.state != State.RUNNING) {
            return now;
        }
        DiskSync.Standing syncing = disk.standing();
        NativeCallException failure = syncing.failure();
        if (failure != null) {
            return blocked(failure);
        }
        if (syncing.runningNanos() > SLOW_NANOS) {
            return new Status(
                    State.SLOW,
                    "The disk is slow: for "
                            + syncing.runningNanos() / 1_000_000
                            + " ms what was written to the audit log in "
                            + directory
                            + " has not been on the device");
        }
        return now;
    }

    /** For how long the disk has refused in all, ns. Any thread. */
    long blockedTotal() {
        return blockedTotal;
    }

    /** The log is closed; with a sentence if it is not complete. */
    void closed(String message) {
        status = new Status(State.CLOSED, message);
    }

    /** The writer ended by a defect. */
    void broken(RuntimeException e) {
        status = new Status(State.IO_ERROR, "the audit writer ended by a defect: " + e);
    }

    /** A LOG_BLOCKED record that is due. */
    record Blocked(long nanos, long errno) {}

    /** What the disk cost since the last call; zero nanoseconds if nothing. */
    Blocked takeBlocked() {
        if (blockedNanos != 0) {
            Blocked b = new Blocked(blockedNanos, blockedErrno);
            blockedNanos = 0;
            return b;
        }
        return new Blocked(disk.takeSlowest(SLOW_NANOS), 0);
    }

    /**
     * Does it, and again for as long as the disk refuses.
     *
     * @param meanwhile done before each further attempt
     * @throws Refused if the log is being closed
     */
    void persist(Runnable action, Runnable meanwhile) {
        long since = 0;
        while (true) {
            try {
                action.run();
                if (since != 0) {
                    long refused = System.nanoTime() - since;
                    blockedNanos += refused;
                    long inAll = blockedTotal + refused;
                    blockedTotal = inAll;
                    status = RUNNING;
                    LOG.info("The audit log is written again in {}", directory);
                }
                return;
            } catch (NativeCallException e) {
                if (since == 0) {
                    since = System.nanoTime();
                    blockedErrno = e.errno();
                    status = blocked(e);
                    LOG.error("{}", status.message());
                }
                if (closing.getAsBoolean()) {
                    throw new Refused();
                }
                if (System.nanoTime() - since > FULL_STOP_NANOS) {
                    stopIfChosen(status.message);
                }
                bell.pause(RETRY_NANOS, closing);
            }
            meanwhile.run();
        }
    }

    /** Looks at the disk once in a beat. */
    void look() {
        if (whenFull == WhenFull.STOP) {
            DiskSync.Standing syncing = disk.standing();
            if (syncing.runningNanos() > SLOW_STOP_NANOS || syncing.failure() != null) {
                stopIfChosen(status().message);
            }
        }
    }

    private Status blocked(NativeCallException e) {
        boolean full = AuditLogException.problemOf(e) == Problem.DISK_FULL;
        return new Status(
                full ? State.DISK_FULL : State.IO_ERROR,
                (full ? "The disk is full: the audit log in " : "The audit log in ")
                        + directory
                        + " cannot be written ("
                        + e.getMessage()
                        + "); "
                        + switch (whenFull) {
                            case BLOCK -> "packets are held back until there is ";
                            case COUNT -> "records that find no room are counted until there is ";
                            case STOP -> "the monitor stops soon unless there is ";
                        }
                        + (full ? "space" : "a disk that works"));
    }

    private synchronized void stopIfChosen(String reason) {
        if (whenFull != WhenFull.STOP || !stopReason.isEmpty()) {
            return;
        }
        stopReason = reason.isEmpty() ? "the audit log's disk does not answer" : reason;
        if (onStop != null) {
            onStop.accept(stopReason);
        }
    }

    /** Whom to tell, once, that the log asks for an orderly end; at once if it has. Any thread. */
    synchronized void onStop(Consumer<String> action) {
        onStop = action;
        if (!stopReason.isEmpty()) {
            action.accept(stopReason);
        }
    }
}
