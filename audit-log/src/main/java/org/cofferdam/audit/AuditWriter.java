package org.cofferdam.audit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.cofferdam.audit.AuditCounters.State;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.format.Bytes;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.binding.NativeCallException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread "audit-writer": takes records from all rings, fills blocks, writes them.
 *
 * <p>Its day: parked without a timer while nothing comes. The first record wakes it; from then on it works
 * in beats of one group commit: doze, drain all rings, write the open block. A block that is full is
 * written at once, and a ring that is a quarter full ends the doze. A beat that found nothing parks it.
 *
 * <p>When the disk takes no data it holds what it has and tries again twice a second. The rings fill
 * meanwhile and their sources hold back: nothing is lost, and nothing is written twice.
 */
final class AuditWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditWriter.class);
    private static final long RETRY_NANOS = 500_000_000;
    private static final long RESYNCHRONIZE_NANOS = 1_000_000_000;

    /** What the writer is doing, and a sentence about it. */
    record Status(State state, String message) {}

    private static final class Intake {
        final AuditSource source;
        final RingMemory ring;
        long head;
        long lossReported;
        boolean announced;

        Intake(AuditSource source) {
            this.source = source;
            ring = source.ring();
        }

        boolean hasWork() {
            return ring.acquireTail() != head || source.lostAcquire() != lossReported || !announced;
        }
    }

    private final AuditOptions options;
    private final AuditClock clock;
    private final ChainWriter chain;
    private final LogKeys keys;
    private final WriterBell bell;
    private final OwnRecords own;
    private final BlockBuilder block = new BlockBuilder();
    private final long beatNanos;

    private final List<Intake> intakes = new CopyOnWriteArrayList<>();
    private final AtomicLong written = new AtomicLong();
    private volatile Status status = new Status(State.RUNNING, "");
    private volatile boolean stopRequested;

    private final Object syncMonitor = new Object();
    private volatile long syncWanted;
    private long syncDone;
    private volatile long keyWanted;
    private volatile long keyDone;
    private String keyProblem = "";
    private boolean ended;

    private long checkpointed;
    private long blockedNanos;
    private int blockedErrno;

    AuditWriter(AuditOptions options, ChainWriter chain, LogKeys keys, WriterBell bell) {
        this.options = options;
        this.keys = keys;
        this.chain = chain;
        this.bell = bell;
        clock = options.clock();
        own = new OwnRecords(clock);
        beatNanos = options.groupCommit().toNanos();
    }

    /** Before the thread starts: the first segment and the first block are on disk when this returns. */
    void begin(Recovery recovery) {
        startSegment(chain.rotate());
        append(CrossingType.START, options.host(), chain.run(), ProcessHandle.current().pid());
        recovery.unclean()
                .ifPresent(
                        u ->
                                append(
                                        CrossingType.RECOVERED,
                                        "",
                                        u.segment(),
                                        u.block(),
                                        u.endOffset(),
                                        u.bytesBeyond(),
                                        u.damaged()));
        writeNow(0);
        chain.sync();
        settleKey();
        checkpoint();
    }

    private void settleKey() {
        try {
            keys.settle();
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO,
                    "cannot put the audit log's new signing key in place in "
                            + options.directory()
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** Signs the last block, in a block of its own. */
    private void checkpoint() {
        makeRoom();
        appendDirectly(
                CrossingType.CHECKPOINT, "", keys.checkpoint(chain.lastBlock(), chain.lastHash()));
        commit(0);
        chain.signed();
        checkpointed = System.nanoTime();
    }

    /** Nanoseconds until the next checkpoint is due, 0 or less if it is; none is while all is signed. */
    private long untilCheckpoint() {
        if (chain.unsigned() == 0) {
            return Long.MAX_VALUE;
        }
        return chain.unsigned() >= options.checkpointBlocks()
                ? 0
                : options.checkpointEvery().toNanos() - (System.nanoTime() - checkpointed);
    }

    void add(AuditSource source) {
        intakes.add(new Intake(source));
        bell.wake();
    }

    Status status() {
        return status;
    }

    long written() {
        return written.get();
    }

    @Override
    public void run() {
        try {
            workUntilStopped();
            end();
        } catch (RuntimeException e) {
            LOG.error("The audit writer ended by a defect; producers will be held back", e);
            status = new Status(State.IO_ERROR, "the audit writer ended by a defect: " + e);
        } finally {
            chain.close();
            synchronized (syncMonitor) {
                ended = true;
                syncMonitor.notifyAll();
            }
        }
    }

    private void workUntilStopped() {
        try {
            while (!stopRequested) {
                bell.park(this::hasWork, untilCheckpoint());
                beats();
            }
        } catch (Refused refused) {
            LOG.warn("The audit log is closed while its disk takes nothing");
        }
    }

    private boolean hasWork() {
        return urgent() || intakes.stream().anyMatch(Intake::hasWork);
    }

    private boolean urgent() {
        return stopRequested || syncWanted != syncDone || keyWanted != keyDone;
    }

    /** Works until a whole beat brought nothing. */
    private void beats() {
        long deadline = System.nanoTime() + beatNanos;
        long resynchronized = System.nanoTime();
        boolean drained = false;
        while (true) {
            bell.doze(deadline - System.nanoTime(), this::urgent);
            long syncing = syncWanted;
            drained |= drainAll();
            if (blockedNanos != 0) {
                append(CrossingType.LOG_BLOCKED, "", blockedNanos, blockedErrno);
                blockedNanos = 0;
            }
            long now = System.nanoTime();
            if (now - deadline < 0
                    && syncing == syncDone
                    && keyWanted == keyDone
                    && !stopRequested) {
                continue;
            }
            commit(0);
            if (keyWanted != keyDone) {
                changeKey();
            }
            if (untilCheckpoint() <= 0) {
                checkpoint();
            }
            if (syncing != syncDone) {
                synchronize(syncing);
            }
            if (stopRequested || !drained) {
                return;
            }
            if (now - resynchronized > RESYNCHRONIZE_NANOS) {
                clock.resynchronize();
                resynchronized = now;
            }
            drained = false;
            deadline = System.nanoTime() + beatNanos;
        }
    }

    private boolean drainAll() {
        boolean any = false;
        for (Intake intake : intakes) {
            any |= drain(intake);
        }
        return any;
    }

    private boolean drain(Intake in) {
        if (!in.announced) {
            announce(in);
            in.announced = true;
        }
        long lost = in.source.lostAcquire();
        if (lost != in.lossReported) {
            append(
                    CrossingType.LOSS,
                    in.source.name(),
                    in.source.id(),
                    lost - in.lossReported,
                    lost);
            in.lossReported = lost;
        }
        long tail = in.ring.acquireTail();
        if (tail == in.head) {
            return false;
        }
        MemorySegment memory = in.ring.memory;
        long head = in.head;
        while (head != tail) {
            long at = head & (in.ring.capacity - 1);
            int length = (int) Bytes.u32(memory, at);
            if (Bytes.u16(memory, at + RecordLayout.TYPE) == RecordLayout.PADDING_TYPE) {
                head += length;
                continue;
            }
            int padded = Bytes.align8(length);
            if (!block.fits(padded)) {
                // What was copied is given back first, so that the producer goes on while this
                // waits.
                in.head = head;
                in.ring.releaseHead(head);
                commit(0);
            }
            makeRoom();
            block.append(memory, at, padded);
            head += padded;
        }
        in.head = head;
        in.ring.releaseHead(head);
        return true;
    }

    private void announce(Intake in) {
        long next = nextSequence(in);
        append(CrossingType.SOURCE, in.source.name(), in.source.id(), next, in.ring.capacity);
    }

    /** The sequence number of the source's next record that is not in a block yet. */
    private static long nextSequence(Intake in) {
        long head = in.head;
        long tail = in.ring.acquireTail();
        MemorySegment memory = in.ring.memory;
        while (head != tail) {
            long at = head & (in.ring.capacity - 1);
            if (Bytes.u16(memory, at + RecordLayout.TYPE) != RecordLayout.PADDING_TYPE) {
                return Bytes.u64(memory, at + RecordLayout.SEQUENCE);
            }
            head += Bytes.u32(memory, at);
        }
        return in.source.recordedOpaque();
    }

    /** Adds one of the log's own records to the block, which is written first if it is full. */
    private void append(CrossingType type, String text, long... values) {
        if (!block.fits(
                RecordLayout.fieldsBytes(RecordLayout.MAX_FIELDS) + RecordLayout.MAX_TEXT_BYTES)) {
            commit(0);
        }
        makeRoom();
        int bytes = own.make(type, text, values);
        block.append(own.memory(), 0, bytes);
    }

    /** An empty block gets records only when the segment has room for a full one. */
    private void makeRoom() {
        if (!block.isEmpty() || chain.hasRoomForBlock()) {
            return;
        }
        SegmentHeader[] header = new SegmentHeader[1];
        persist(() -> header[0] = chain.rotate());
        startSegment(header[0]);
    }

    private void startSegment(SegmentHeader header) {
        appendDirectly(
                CrossingType.SEGMENT,
                header.host(),
                header.number(),
                header.firstBlock(),
                header.hash().w0(),
                header.hash().w1(),
                header.hash().w2(),
                header.hash().w3());
        appendDirectly(CrossingType.KEY, "", keys.statement().fields());
        for (Intake in : intakes) {
            if (in.announced) {
                appendDirectly(
                        CrossingType.SOURCE,
                        in.source.name(),
                        in.source.id(),
                        nextSequence(in),
                        in.ring.capacity);
            }
        }
    }

    private void appendDirectly(CrossingType type, String text, long... values) {
        int bytes = own.make(type, text, values);
        block.append(own.memory(), 0, bytes);
    }

    private void commit(int flags) {
        if (!block.isEmpty()) {
            persist(() -> writeNow(flags));
        }
    }

    private void writeNow(int flags) {
        chain.write(block, flags);
        written.addAndGet(block.records());
        block.clear();
    }

    /** Does it, and again for as long as the disk refuses; gives up only when the log is closed. */
    private void persist(Runnable action) {
        long since = 0;
        while (true) {
            try {
                action.run();
                if (since != 0) {
                    blockedNanos += System.nanoTime() - since;
                    status = new Status(State.RUNNING, "");
                    LOG.info("The audit log is written again in {}", options.directory());
                }
                return;
            } catch (NativeCallException e) {
                if (since == 0) {
                    since = System.nanoTime();
                    blockedErrno = e.errno();
                    status = blocked(e);
                    LOG.error("{}", status.message());
                }
                if (stopRequested) {
                    throw new Refused();
                }
                bell.pause(RETRY_NANOS, () -> stopRequested);
            }
        }
    }

    private Status blocked(NativeCallException e) {
        boolean full = AuditLogException.problemOf(e) == Problem.DISK_FULL;
        return new Status(
                full ? State.DISK_FULL : State.IO_ERROR,
                (full ? "The disk is full: the audit log in " : "The audit log in ")
                        + options.directory()
                        + " cannot be written ("
                        + e.getMessage()
                        + "); packets are held back until there is "
                        + (full ? "space" : "a disk that works"));
    }

    /** The disk refuses and the log is being closed. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused() {
            super("the disk takes no more", null, false, false);
        }
    }

    private void synchronize(long ticket) {
        persist(chain::sync);
        synchronized (syncMonitor) {
            syncDone = ticket;
            syncMonitor.notifyAll();
        }
    }

    /** Waits until all that was recorded before the call is on the device. Any thread. */
    void sync() {
        synchronized (syncMonitor) {
            long ticket = ++syncWanted;
            bell.wake();
            awaitTicket(() -> syncDone >= ticket);
        }
    }

    /**
     * Takes a new signing key; returns when the chain names it on disk and the old one is deleted. Any thread.
     *
     * @throws AuditLogException if the key's file cannot be written, or the log was closed
     */
    void changeKeyNow() {
        synchronized (syncMonitor) {
            long ticket = ++keyWanted;
            bell.wake();
            awaitTicket(() -> keyDone >= ticket);
            if (!keyProblem.isEmpty()) {
                throw new AuditLogException(Problem.IO, keyProblem);
            }
        }
    }

    private void changeKey() {
        long ticket = keyWanted;
        String problem = "";
        try {
            keys.change();
            makeRoom();
            appendDirectly(CrossingType.KEY, "", keys.statement().fields());
            commit(0);
            persist(chain::sync);
            keys.settle();
            checkpoint();
        } catch (IOException e) {
            problem =
                    "the audit log's signing key in "
                            + options.directory()
                            + " cannot be changed: "
                            + e.getMessage();
            LOG.error("{}", problem);
        }
        synchronized (syncMonitor) {
            keyProblem = problem;
            keyDone = ticket;
            syncMonitor.notifyAll();
        }
    }

    private void awaitTicket(BooleanSupplier done) {
        while (!done.getAsBoolean() && !ended) {
            try {
                syncMonitor.wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AuditLogException(
                        Problem.IO, "interrupted while the audit log was flushed", e);
            }
        }
        if (!done.getAsBoolean()) {
            throw new AuditLogException(Problem.CLOSED, "the audit log was closed");
        }
    }

    void stop() {
        stopRequested = true;
        bell.rouse();
    }

    /**
     * Writes all that is left and closes the chain. If the disk refuses, what it does not take is counted
     * in LOSS records, for which each segment has space kept free.
     */
    private void end() {
        String message = "";
        try {
            drainAll();
            append(CrossingType.STOP, "", written.get() + block.records() + 1);
            commit(0);
            checkpoint();
            chain.seal();
        } catch (Refused refused) {
            message = endWithoutSpace();
        } catch (NativeCallException e) {
            message = "the audit log is complete but its file could not be cut: " + e.getMessage();
        }
        status = new Status(State.CLOSED, message);
    }

    private String endWithoutSpace() {
        long unwritten = block.records();
        try {
            writeNowIfAny();
            unwritten = 0;
            for (Intake in : intakes) {
                long left = recordsLeft(in);
                if (left > 0) {
                    unwritten += left;
                    appendDirectly(
                            CrossingType.LOSS,
                            in.source.name(),
                            in.source.id(),
                            left,
                            in.lossReported + left);
                }
            }
            appendDirectly(CrossingType.STOP, "", written.get() + block.records() + 1);
            writeNow(0);
            appendDirectly(
                    CrossingType.CHECKPOINT,
                    "",
                    keys.checkpoint(chain.lastBlock(), chain.lastHash()));
            writeNow(0);
            chain.seal();
        } catch (NativeCallException e) {
            return "the audit log could not be closed, "
                    + unwritten
                    + " records or more are not on disk: "
                    + e.getMessage();
        }
        return "the audit log was closed on a full disk; "
                + unwritten
                + " records are not in it, which it says in LOSS records";
    }

    private void writeNowIfAny() {
        if (!block.isEmpty()) {
            writeNow(0);
        }
    }

    private static long recordsLeft(Intake in) {
        long head = in.head;
        long tail = in.ring.acquireTail();
        long records = 0;
        while (head != tail) {
            long at = head & (in.ring.capacity - 1);
            long length = Bytes.u32(in.ring.memory, at);
            if (Bytes.u16(in.ring.memory, at + RecordLayout.TYPE) != RecordLayout.PADDING_TYPE) {
                records++;
            }
            head += Bytes.align8((int) length);
        }
        return records;
    }
}
