package org.cofferdam.audit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.binding.NativeCallException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread "audit-retention": removes the oldest segments when the rule lets them go. The chain names what goes on the
 * device before it goes, one record for each segment, so a log whose removal was cut short is whole, too; the next
 * start finishes it. The newest two segments always stay.
 */
final class Retention implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final long LOOK_MILLIS = 2_000;
    private static final int NEWEST_KEPT = 2;

    /** So many at once: their records fit the place that a full segment keeps free. */
    private static final int MOST_AT_ONCE = 32;

    /** What retention knows and did; for the counters. */
    record Standing(int segments, long bytes, long removed, Optional<ShippedPosition> shipped) {}

    private final AuditOptions options;
    private final RetentionRule rule;
    private final SegmentStore store;
    private final Consumer<List<PrunedSegment>> record;
    private final Recovery recovery;
    private final Thread thread = new Thread(this, "audit-retention");

    // Headers never change; the map is as large as the log has segments.
    private final Map<Integer, SegmentHeader> headers = new HashMap<>();
    private volatile Standing standing = new Standing(0, 0, 0, Optional.empty());
    private boolean ended; // guarded by this
    private String complaint = "";

    /** What the chain says is removed, even if it could not be. */
    private long namedUpTo;

    /** @param record puts the removal on the device */
    Retention(
            AuditOptions options,
            SegmentStore store,
            Recovery recovery,
            Consumer<List<PrunedSegment>> record) {
        this.options = options;
        this.rule = options.policy().retention();
        this.store = store;
        this.recovery = recovery;
        namedUpTo = recovery.prunedUpTo();
        this.record = record;
        thread.setDaemon(true);
    }

    /** Removes what the run before said it removes. Before the writer begins. */
    static void finish(AuditOptions options, SegmentStore store, Recovery recovery)
            throws IOException {
        List<Path> files = LogDirectory.segments(options.directory());
        boolean any = false;
        for (int i = 0; i < files.size() - NEWEST_KEPT; i++) {
            int number = SegmentLayout.number(files.get(i)).orElseThrow();
            if (number <= recovery.prunedUpTo()) {
                LOG.info("Removing {}, as the run before was about to", files.get(i));
                store.delete(files.get(i));
                any = true;
            }
        }
        if (any) {
            store.syncDirectory();
        }
    }

    void start() {
        thread.start();
    }

    Standing standing() {
        return standing;
    }

    @Override
    public void run() {
        while (true) {
            try {
                while (pass()) {
                    LOG.debug("There may be more to remove");
                }
            } catch (IOException | NativeCallException e) {
                complain("old segments cannot be removed: " + e.getMessage());
            } catch (AuditLogException e) {
                if (e.problem() == AuditLogException.Problem.CLOSED) {
                    return;
                }
                complain(String.valueOf(e.getMessage()));
            }
            if (!sleep()) {
                return;
            }
        }
    }

    private synchronized boolean sleep() {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
        boolean interrupted = false;
        for (long left = 1; left > 0 && !ended && !interrupted; ) {
            left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime()) + 1;
            try {
                wait(Math.max(1, left));
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = until - System.nanoTime();
        }
        return !ended && !interrupted;
    }

    private void complain(String sentence) {
        // Once, until it is something else.
        if (!sentence.equals(complaint)) {
            complaint = sentence;
            LOG.warn("The audit log: {}", sentence);
        }
    }

    /** One look at the directory; whether segments were removed. */
    boolean pass() throws IOException {
        List<Path> files = LogDirectory.segments(options.directory());
        Optional<ShippedPosition> shipped = rule.untilShipped().flatMap(ShippedPosition::read);
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        standing = new Standing(files.size(), bytes, standing.removed(), shipped);
        List<PrunedSegment> due = due(files, bytes, shipped);
        if (due.isEmpty()) {
            return false;
        }
        List<PrunedSegment> unnamed = due.stream().filter(s -> s.number() > namedUpTo).toList();
        if (!unnamed.isEmpty()) {
            record.accept(unnamed);
            namedUpTo = unnamed.getLast().number();
        }
        for (PrunedSegment s : due) {
            store.delete(s.file());
            headers.remove(s.number());
            bytes -= s.bytes();
            standing =
                    new Standing(standing.segments() - 1, bytes, standing.removed() + 1, shipped);
        }
        store.syncDirectory();
        LOG.info("Removed {} old segments of the audit log", due.size());
        return due.size() == MOST_AT_ONCE;
    }

    private List<PrunedSegment> due(
            List<Path> files, long allBytes, Optional<ShippedPosition> shipped) throws IOException {
        List<PrunedSegment> due = new ArrayList<>();
        long bytes = allBytes;
        long now = options.clock().epochNanos();
        boolean trusted = shipped.isPresent() && isOurs(shipped.get(), files);
        for (int i = 0; i < files.size() - NEWEST_KEPT && due.size() < MOST_AT_ONCE; i++) {
            Path file = files.get(i);
            int number = SegmentLayout.number(file).orElseThrow();
            Optional<SegmentHeader> next = header(files.get(i + 1));
            if (next.isEmpty() || next.get().number() != number + 1) {
                complain(
                        file
                                + " stays, since the segment behind it is damaged or missing; see"
                                + " 'monitor audit verify'");
                break;
            }
            // When the next one began, all records of this one were there.
            long startNanos = next.get().startNanos();
            boolean old = rule.age().filter(a -> now - startNanos > a.toNanos()).isPresent();
            boolean many = rule.bytes() > 0 && bytes > rule.bytes();
            long lastBlock = next.get().firstBlock() - 1;
            boolean mayGo =
                    rule.untilShipped().isEmpty()
                            || (trusted && shipped.get().block() >= lastBlock);
            if (!(old || many) || !mayGo) {
                break;
            }
            long size = Files.size(file);
            due.add(
                    new PrunedSegment(
                            file, number, lastBlock, next.get().previous(), records(file), size));
            bytes -= size;
        }
        return due;
    }

    private Optional<SegmentHeader> header(Path file) throws IOException {
        int number = SegmentLayout.number(file).orElseThrow();
        SegmentHeader known = headers.get(number);
        if (known == null) {
            try (SegmentWalker walker = SegmentWalker.open(file)) {
                Optional<SegmentHeader> read = walker.header().filter(h -> h.number() == number);
                read.ifPresent(h -> headers.put(number, h));
                return read;
            }
        }
        return Optional.of(known);
    }

    /** Whether the position is one of this log: the block stands where it says, or is gone already. */
    private boolean isOurs(ShippedPosition shipped, List<Path> files) throws IOException {
        if (shipped.logIdHigh() != recovery.logIdHigh()
                || shipped.logIdLow() != recovery.logIdLow()) {
            complain("what was shipped to Kafka is another log, so no segment is removed");
            return false;
        }
        for (int i = files.size() - 1; i >= 0; i--) {
            Optional<SegmentHeader> header = header(files.get(i));
            if (header.isPresent() && header.get().firstBlock() <= shipped.block()) {
                boolean same = hasBlock(files.get(i), shipped.block(), shipped.hash());
                if (!same) {
                    complain(
                            "the block that the Kafka shipper names is not in the log, so no segment"
                                    + " is removed");
                }
                return same;
            }
        }
        return true;
    }

    private interface HeaderConsumer {
        /** Whether to go on. */
        boolean header(BlockHeader header);
    }

    private static boolean hasBlock(Path file, long number, BlockHash hash) throws IOException {
        boolean[] same = new boolean[1];
        headers(
                file,
                h -> {
                    same[0] |= h.number() == number && h.hash().equals(hash);
                    return h.number() < number;
                });
        return same[0];
    }

    private static long records(Path file) throws IOException {
        long[] records = new long[1];
        headers(
                file,
                h -> {
                    records[0] += h.records();
                    return true;
                });
        return records[0];
    }

    /** Goes through the blocks' headers without their payload: what is damaged ends it. */
    private static void headers(Path file, HeaderConsumer consumer) throws IOException {
        byte[] bytes = new byte[BlockLayout.HEADER_BYTES];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = SegmentLayout.HEADER_BYTES; ; ) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                if (channel.read(buffer, at) < bytes.length) {
                    return;
                }
                BlockHeader header = BlockHeader.read(MemorySegment.ofArray(bytes), 0);
                if (!header.plausible() || !consumer.header(header)) {
                    return;
                }
                at += header.totalBytes();
            }
        }
    }

    /** Ends the thread. */
    void end() {
        synchronized (this) {
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
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
