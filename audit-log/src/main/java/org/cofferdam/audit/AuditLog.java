package org.cofferdam.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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

    private final NativeFile lock;
    private final AuditClock clock;
    private final ChainWriter chain;
    private final WriterBell bell;
    private final AuditWriter writer;
    private final Thread thread;
    private final List<AuditSource> sources = new ArrayList<>();
    private boolean closed;

    private AuditLog(AuditOptions options, NativeFile lock, Recovery recovery, LogKeys keys) {
        this.lock = lock;
        clock = options.clock();
        chain = new ChainWriter(options, recovery);
        bell = new WriterBell();
        writer = new AuditWriter(options, chain, keys, bell);
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
        NativeFile lock = LogDirectory.lock(options.directory());
        boolean opened = false;
        try {
            Recovery recovery = Recovery.of(options.directory());
            AuditLog log =
                    new AuditLog(
                            options, lock, recovery, LogKeys.open(options.directory(), recovery));
            try {
                log.writer.begin(recovery);
            } catch (NativeCallException e) {
                log.chain.close();
                throw cannotBegin(options, e);
            }
            log.thread.start();
            opened = true;
            return log;
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO,
                    "cannot read the audit log that is in " + options.directory() + ": " + e,
                    e);
        } finally {
            if (!opened) {
                lock.close();
            }
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
     * Adds a source.
     *
     * @param name what readers show, 1 to 64 printable ASCII characters, not in use yet
     * @param ringBytes size of its ring, rounded up to a power of two, 16 KiB to 256 MiB; memory is used
     *     as far as the ring fills
     */
    public synchronized AuditSource source(String name, int ringBytes) {
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
                        new RingMemory(Math.max(ringBytes, MIN_RING_BYTES)),
                        bell,
                        clock);
        sources.add(source);
        writer.add(source);
        return source;
    }

    /**
     * Returns when all that was recorded before the call is on the device, fdatasync(2). Waits for as long
     * as the disk is full; not for the packet path.
     */
    public void sync() {
        writer.sync();
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
        for (AuditSource s : sources) {
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
                            ring.acquireTail() - head);
            each.add(source);
            recorded += source.recorded();
            lost += source.lost();
            full += source.ringFull();
        }
        AuditWriter.Status status = writer.status();
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
                List.copyOf(each));
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
        lock.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        String message = writer.status().message();
        if (!message.isEmpty()) {
            throw new AuditLogException(Problem.IO, message);
        }
    }
}
