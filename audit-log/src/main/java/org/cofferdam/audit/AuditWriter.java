package org.cofferdam.audit;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.DiskPatience.Refused;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.RecordLayout;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.binding.NativeCallException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread "audit-writer": takes records from all rings, fills blocks, writes them.
 *
 * <p>Its day: parked without a timer while nothing comes. The first record wakes it; from then on it works
 * in beats of one group commit: doze, drain all rings, write the open block, have it synced. A block that is full is
 * written at once, and a ring that is a quarter full ends the doze. A beat that found nothing parks it.
 *
 * <p>When the disk takes no data it holds what it has and tries again ({@link DiskPatience}): nothing is written twice.
 */
final class AuditWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditWriter.class);
    private static final long RESYNCHRONIZE_NANOS = 1_000_000_000;

    private final AuditOptions options;
    private final AuditClock clock;
    private final ChainWriter chain;
    private final DiskSync disk;
    private final LogKeys keys;
    private final WriterBell bell;
    private final OwnRecords own;
    private final BlockBuilder block = new BlockBuilder();
    private final long beatNanos;

    private final List<Intake> intakes = new CopyOnWriteArrayList<>();
    private final AtomicLong written = new AtomicLong();
    private final DiskPatience patience;
    private volatile boolean stopRequested;

    private final AtomicLong syncWanted = new AtomicLong();
    private volatile long syncAsked; // written by the writer alone
    private long syncedBlock = -1;
    private final Errands keyChanges;
    private final Errands prunings;

    private long checkpointed;
    private boolean complete;

    AuditWriter(
            AuditOptions options, ChainWriter chain, DiskSync disk, LogKeys keys, WriterBell bell) {
        this.options = options;
        this.keys = keys;
        this.chain = chain;
        this.disk = disk;
        this.bell = bell;
        clock = options.clock();
        own = new OwnRecords(clock);
        beatNanos = options.groupCommit().toNanos();
        patience = new DiskPatience(options, bell, disk, () -> stopRequested);
        keyChanges = new Errands(bell);
        prunings = new Errands(bell);
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
            chain.syncNames();
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
        intakes.add(new Intake(source, options.policy().sourceBytesPerSecond(), System.nanoTime()));
        bell.wake();
    }

    DiskPatience patience() {
        return patience;
    }

    /** The writer's end of each ring, in the order of the sources. */
    List<Intake> intakes() {
        return intakes;
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
            patience.broken(e);
        } finally {
            keyChanges.end();
            prunings.end();
            disk.end(complete);
            chain.close();
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
        return stopRequested || syncWanted.get() != syncAsked || keyChanges.any() || prunings.any();
    }

    /** Works until a whole beat brought nothing. */
    private void beats() {
        long deadline = System.nanoTime() + beatNanos;
        long resynchronized = System.nanoTime();
        boolean drained = false;
        while (true) {
            bell.doze(deadline - System.nanoTime(), this::urgent);
            long syncing = syncWanted.get();
            boolean early = !urgent();
            drained |= drainAll(false);
            tellOfTheDisk();
            long now = System.nanoTime();
            if (now - deadline < 0 && early) {
                continue;
            }
            commit(0);
            keyChanges.run();
            prunings.run();
            if (untilCheckpoint() <= 0) {
                checkpoint();
            }
            synchronize(syncing);
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

    /** Has what was written brought to the device, without waiting for it. */
    private void synchronize(long ticket) {
        boolean group =
                options.policy().durability() == Durability.DEVICE
                        && chain.lastBlock() != syncedBlock;
        if (group || ticket != syncAsked) {
            syncedBlock = chain.lastBlock();
            syncAsked = ticket;
            disk.request(ticket);
        }
    }

    private void tellOfTheDisk() {
        patience.look();
        DiskPatience.Blocked blocked = patience.takeBlocked();
        if (blocked.nanos() != 0) {
            append(CrossingType.LOG_BLOCKED, "", blocked.nanos(), blocked.errno());
        }
    }

    private boolean drainAll(boolean anyhow) {
        boolean any = false;
        for (Intake intake : intakes) {
            any |= drain(intake, anyhow);
        }
        return any;
    }

    private boolean drain(Intake in, boolean anyhow) {
        if (!in.announced) {
            append(
                    CrossingType.SOURCE,
                    in.source.name(),
                    in.source.id(),
                    in.nextSequence(),
                    in.ring.capacity);
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
        if (!in.look(System.nanoTime())) {
            tellOfLimit(in);
            return false;
        }
        long at;
        while ((at = in.next(anyhow)) >= 0) {
            int padded = in.padded(at);
            if (!block.fits(padded)) {
                // What was copied is given back first, so that the producer goes on while this
                // waits.
                in.release();
                commit(0);
            }
            makeRoom();
            block.append(in.ring.memory, at, padded);
            in.taken(padded);
        }
        in.release();
        tellOfLimit(in);
        return true;
    }

    private void tellOfLimit(Intake in) {
        Intake.Limited limited = in.limited(System.nanoTime());
        if (limited.nanos() != 0) {
            append(
                    CrossingType.SOURCE_LIMITED,
                    in.source.name(),
                    in.source.id(),
                    limited.nanos(),
                    limited.bytes());
        }
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
        // Old segments that go may be what makes the room.
        patience.persist(() -> header[0] = chain.rotate(), prunings::run);
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
                        in.nextSequence(),
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

    private void persist(Runnable action) {
        patience.persist(action, () -> {});
    }

    /**
     * Waits until all that was recorded before the call is on the device, but for what a quota still holds in its ring.
     * Any thread.
     *
     * @param nanos how long at most; 0: as long as it takes
     * @return false if it took longer
     */
    boolean sync(long nanos) {
        long ticket = syncWanted.incrementAndGet();
        bell.wake();
        return disk.await(ticket, nanos);
    }

    /**
     * Takes a new signing key; returns when the chain names it on disk and the old one is deleted. Any thread.
     *
     * @throws AuditLogException if the key's file cannot be written, or the log was closed
     */
    void changeKeyNow() {
        keyChanges.ask(this::changeKey);
    }

    private void changeKey() {
        try {
            keys.change();
            makeRoom();
            appendDirectly(CrossingType.KEY, "", keys.statement().fields());
            commit(0);
            persist(chain::sync);
            keys.settle();
            persist(chain::syncNames);
            checkpoint();
        } catch (IOException e) {
            String problem =
                    "the audit log's signing key in "
                            + options.directory()
                            + " cannot be changed: "
                            + e.getMessage();
            LOG.error("{}", problem);
            throw new AuditLogException(Problem.IO, problem, e);
        }
    }

    /** Says which segments go; when this returns, that is on the device. Any thread. */
    void recordPruned(List<PrunedSegment> segments) {
        prunings.ask(() -> prune(segments));
    }

    /**
     * The block that is being filled is empty: either it was just written, or the disk has no room for the next segment
     * and what is in the reserve has to do.
     */
    private void prune(List<PrunedSegment> segments) {
        int bytes =
                BlockLayout.HEADER_BYTES
                        + segments.size()
                                * RecordLayout.fieldsBytes(CrossingType.PRUNED.fieldCount());
        if (!chain.hasRoomForBlock() && !chain.hasReserveFor(bytes)) {
            throw new AuditLogException(
                    Problem.DISK_FULL, "no room to record that old segments are removed");
        }
        for (PrunedSegment s : segments) {
            appendDirectly(
                    CrossingType.PRUNED,
                    "",
                    s.number(),
                    s.number(),
                    s.lastBlock(),
                    s.lastHash().w0(),
                    s.lastHash().w1(),
                    s.lastHash().w2(),
                    s.lastHash().w3(),
                    s.records());
        }
        commit(0);
        persist(chain::sync);
    }

    /** Whom to tell that the log asks for an orderly end, see {@link WhenFull#STOP}. */
    void onStop(Consumer<String> action) {
        patience.onStop(action);
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
            drainAll(true);
            append(CrossingType.STOP, "", written.get() + block.records() + 1);
            commit(0);
            checkpoint();
            chain.seal();
            complete = true;
        } catch (Refused refused) {
            message = endWithoutSpace();
        } catch (NativeCallException e) {
            message = "the audit log is complete but its file could not be cut: " + e.getMessage();
        }
        patience.closed(message);
    }

    private String endWithoutSpace() {
        long unwritten = block.records();
        try {
            writeNowIfAny();
            unwritten = 0;
            for (Intake in : intakes) {
                long left = in.left() + in.source.lostAcquire() - in.lossReported;
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
}
