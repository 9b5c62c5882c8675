package org.cofferdam.audit;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.file.NativeFile;

/**
 * An audit log that is being written: one directory, one writer thread, one ring for each source.
 *
 * <p>Opening it takes the directory's lock, finds the end of the chain that is there and begins a new
 * segment, so each run has segments of its own. Any thread may call this; the sources that it gives out are
 * one thread's each.
 */
public final class AuditLog implements AutoCloseable {
    /** What a log can have; each takes a ring and a line in every segment. */
    public static final int MAX_SOURCES = 250;

    private static final int MIN_RING_BYTES = 16 * 1024;
    private static final int MAX_RING_BYTES = 256 * 1024 * 1024;
    private static final int MAX_NAME = 64;

    private final AuditOptions options;
    private final NativeFile lock;
    private final SegmentStore store;
    private final AuditClock clock;
    private final DiskSync disk;
    private final Retention retention;
    private final ChainWriter chain;
    private final WriterBell bell;
    private final AuditWriter writer;
    private final Thread thread;
    private final List<AuditSource> sources = new ArrayList<>();
    private boolean closed;

    private AuditLog(
            AuditOptions options,
            NativeFile lock,
            SegmentStore store,
            Recovery recovery,
            LogKeys keys) {
        this.options = options;
        this.lock = lock;
        this.store = store;
        clock = options.clock();
        disk = new DiskSync();
        chain = new ChainWriter(options, store, disk, recovery);
        bell = new WriterBell();
        writer = new AuditWriter(options, chain, disk, keys, bell);
        retention = new Retention(options, store, recovery, writer::recordPruned);
        thread = new Thread(writer, "audit-writer");
        thread.setDaemon(true);
        bell.belongsTo(thread);
    }

    /**
     * Opens a log for writing. When this returns, START is on disk.
     *
     * @throws AuditLogException with one sentence for the operator: the directory cannot be used, another
     *     process writes it, the disk is full
     */
    public static AuditLog open(AuditOptions options) {
        LogDirectory.prepare(options.directory());
        return open(options, SegmentStore.real(options.directory()));
    }

    /** The same on another file system; {@code store} is closed with the log. */
    static AuditLog open(AuditOptions options, SegmentStore store) {
        NativeFile lock = null;
        AuditLog opened = null;
        try {
            lock = LogDirectory.lock(options.directory());
            Recovery recovery = Recovery.of(options.directory());
            Retention.finish(options, store, recovery);
            AuditLog log =
                    new AuditLog(
                            options,
                            lock,
                            store,
                            recovery,
                            LogKeys.open(options.directory(), recovery));
            log.begin(recovery);
            opened = log;
            return log;
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO,
                    "cannot read the audit log that is in " + options.directory() + ": " + e,
                    e);
        } catch (NativeCallException e) {
            throw cannotBegin(options, e);
        } finally {
            if (opened == null) {
                if (lock != null) {
                    lock.close();
                }
                store.close();
            }
        }
    }

    private void begin(Recovery recovery) {
        boolean begun = false;
        try {
            writer.begin(recovery);
            begun = true;
        } finally {
            if (!begun) {
                chain.close();
            }
        }
        disk.start();
        thread.start();
        if (options.policy().retention().removes()) {
            retention.start();
        }
    }

    private static AuditLogException cannotBegin(AuditOptions options, NativeCallException e) {
        Problem problem = AuditLogException.problemOf(e);
        String sentence =
                problem == Problem.DISK_FULL
                        ? "the disk is full: "
                                + options.directory()
                                + " has no room for the audit log's next segment of "
                                + (options.segmentBytes() >> 10)
                                + " KiB; free some, or name another directory or smaller segments"
                        : "cannot write the audit log in "
                                + options.directory()
                                + ": "
                                + e.getMessage();
        return new AuditLogException(problem, sentence, e);
    }

    /**
     * Adds a source whose records a peer can cause.
     *
     * @param name what readers show, 1 to 64 printable ASCII characters, not in use yet
     * @param ringBytes size of its ring, rounded up to a power of two, 16 KiB to 256 MiB; memory is used
     *     as far as the ring fills
     */
    public AuditSource source(String name, int ringBytes) {
        return source(name, ringBytes, SourceKind.PEER);
    }

    /** How many more sources it takes. */
    public synchronized int freeSources() {
        return MAX_SOURCES - sources.size();
    }

    /** Adds a source, as {@link #source(String, int)} says, for whoever causes its records. */
    public synchronized AuditSource source(String name, int ringBytes, SourceKind kind) {
        if (closed) {
            throw new AuditLogException(Problem.CLOSED, "the audit log was closed");
        }
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || !name.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("name of an audit source: " + name);
        }
        if (sources.stream().anyMatch(s -> s.name().equals(name))) {
            throw new IllegalArgumentException("there is an audit source " + name);
        }
        if (ringBytes > MAX_RING_BYTES || sources.size() == MAX_SOURCES) {
            throw new IllegalArgumentException(
                    "ring of " + ringBytes + " bytes, source " + (sources.size() + 1));
        }
        AuditSource source =
                new AuditSource(
                        sources.size() + 1,
                        name,
                        kind,
                        kind == SourceKind.PEER && options.policy().whenFull() == WhenFull.COUNT,
                        new RingMemory(Math.max(ringBytes, MIN_RING_BYTES)),
                        bell,
                        clock);
        sources.add(source);
        writer.add(source);
        return source;
    }

    /**
     * Returns when all that was recorded before the call is on the device, fdatasync(2), but for what the quota of a peer
     * that floods still holds in its ring: nobody waits for that one. Waits for as long as the disk is full; not for the
     * packet path.
     */
    public void sync() {
        writer.sync(0);
    }

    /**
     * The same, but waits so long at most; not for the packet path either.
     *
     * @return false if it is not on the device by then
     */
    public boolean sync(Duration patience) {
        return writer.sync(Math.max(1, patience.toNanos()));
    }

    /** What the log is doing, as {@link #counters} says, alone. */
    public AuditCounters.State state() {
        return writer.patience().status().state();
    }

    /**
     * Whom to tell, once, that the log asks for an orderly end, with a sentence ({@link WhenFull#STOP}). Called by one of
     * the log's threads, which must not be held up.
     */
    public void onStop(Consumer<String> action) {
        writer.onStop(action);
    }

    /**
     * Takes a new signing key. When this returns the chain names it on the device, and the old one is deleted: what
     * was signed before cannot be forged any more by who breaks in now. Each opening of the log does it, too.
     */
    public void changeKey() {
        writer.changeKeyNow();
    }

    /** For tests: the thread that writes. */
    Thread writerThread() {
        return thread;
    }

    /** A snapshot of the counters. */
    public synchronized AuditCounters counters() {
        List<AuditCounters.Source> each = new ArrayList<>();
        long recorded = 0;
        long lost = 0;
        long full = 0;
        for (Intake in : writer.intakes()) {
            AuditSource s = in.source;
            RingMemory ring = s.ring();
            long head = ring.acquireHead();
            AuditCounters.Source source =
                    new AuditCounters.Source(
                            s.id(),
                            s.name(),
                            s.recordedOpaque(),
                            s.lostAcquire(),
                            s.ringFullOpaque(),
                            ring.capacity,
                            ring.acquireTail() - head,
                            in.limitedNanos());
            each.add(source);
            recorded += source.recorded();
            lost += source.lost();
            full += source.ringFull();
        }
        DiskPatience.Status status = writer.patience().status();
        return new AuditCounters(
                status.state(),
                status.message(),
                recorded,
                writer.written(),
                lost,
                full,
                chain.blocks.get(),
                chain.bytes.get(),
                chain.segments.get(),
                disk(),
                kept(),
                List.copyOf(each));
    }

    private AuditCounters.Disk disk() {
        DiskSync.Standing syncing = disk.standing();
        return new AuditCounters.Disk(
                syncing.rounds(),
                syncing.lastNanos(),
                syncing.worstNanos(),
                syncing.runningNanos(),
                writer.patience().blockedTotal());
    }

    private AuditCounters.Kept kept() {
        Retention.Standing now = retention.standing();
        OptionalLong shipped =
                now.shipped().map(s -> OptionalLong.of(s.block())).orElse(OptionalLong.empty());
        return new AuditCounters.Kept(
                now.segments(),
                now.bytes(),
                now.removed(),
                shipped,
                shipped.isPresent()
                        ? OptionalLong.of(Math.max(0, chain.newest.get() - shipped.getAsLong()))
                        : OptionalLong.empty());
    }

    /**
     * Writes all that was recorded, then STOP, and ends the writer thread. The sources' threads must have
     * stopped recording.
     *
     * @throws AuditLogException if the disk did not take everything; the log is closed none the less
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            sources.forEach(AuditSource::close);
        }
        writer.stop();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        retention.end();
        store.close();
        lock.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        String message = writer.patience().status().message();
        if (!message.isEmpty()) {
            throw new AuditLogException(Problem.IO, message);
        }
    }
}
