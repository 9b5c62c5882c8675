package org.cofferdam.audit.read;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockLayout;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.jspecify.annotations.Nullable;

/**
 * Blocks from a directory of segment files, also of a log that is being written: it goes on behind a rotation, and
 * passes over segments that the retention's rule removed meanwhile.
 *
 * <p>A segment whose sealing block says that nothing wanted is in it is not read at all; of a block whose header says so
 * only the header is. Both headers are checked by their hash. Who writes a log can lie in them: a query would miss
 * what they hide, and {@code audit verify} names the lie.
 */
public final class DirectoryFeed implements BlockFeed {
    private static final long POLL_NANOS = 50_000_000;

    /** Looks at a block that a writer may be in the middle of writing, before it is called damage. */
    private static final int PATIENCE = 20;

    /** Blocks that one call brings at most; so that a caller gets to look at something else. */
    private static final int BATCH = 256;

    private final Path directory;
    private final long fromBlock;
    private final boolean follow;
    private final BlockInterest interest;

    /** Without follow: the last segment there was, so that a busy writer does not keep it reading for ever. */
    private final int lastSegment;

    /** Segments that were there when the directory was looked at last, by their number. */
    private final Deque<Path> pending = new ArrayDeque<>();

    private @Nullable SegmentWalker walker;
    private LogOrigin origin;
    private String fileName = "";
    private int number;
    private long offset;
    private long present;
    private int patience;
    private boolean successor;
    private volatile boolean closed;

    private DirectoryFeed(
            Path directory,
            long fromBlock,
            boolean follow,
            BlockInterest interest,
            int firstSegment,
            int lastSegment) {
        this.directory = directory;
        this.fromBlock = fromBlock;
        this.follow = follow;
        this.interest = interest;
        this.number = firstSegment - 1;
        this.lastSegment = lastSegment;
        this.origin = new LogOrigin("", 0, 0, directory.toString());
    }

    /**
     * Opens the log in a directory.
     *
     * @param fromBlock blocks with a smaller number are not brought
     * @param follow whether to wait for what is written later
     * @param interest which blocks are worth bringing
     * @throws org.cofferdam.audit.AuditLogException if there is no log there, or it may not be read
     */
    public static DirectoryFeed open(
            Path directory, long fromBlock, boolean follow, BlockInterest interest)
            throws IOException {
        AuditReader.requireLog(directory);
        List<Path> files = LogDirectory.segments(directory);
        int first = 1;
        int last = 0;
        for (int i = files.size() - 1; i >= 0; i--) {
            int segment = SegmentLayout.number(files.get(i)).orElseThrow();
            last = Math.max(last, segment);
            if (fromBlock > 0 && begins(files.get(i), fromBlock)) {
                first = segment;
                break;
            }
        }
        return new DirectoryFeed(
                directory, fromBlock, follow, interest, first, follow ? Integer.MAX_VALUE : last);
    }

    /** Whether a segment's first block is this one or an earlier one. */
    private static boolean begins(Path file, long block) throws IOException {
        try (SegmentWalker walker = SegmentWalker.open(file)) {
            return walker.header().filter(h -> h.firstBlock() <= block).isPresent();
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    /**
     * Whose log is in a directory: by the header of its newest segment that is sound; empty if there is none.
     *
     * @throws org.cofferdam.audit.AuditLogException if there is no log there, or it may not be read
     */
    public static Optional<LogOrigin> originOf(Path directory) throws IOException {
        AuditReader.requireLog(directory);
        for (Path file : LogDirectory.segments(directory).reversed()) {
            try (SegmentWalker walker = SegmentWalker.open(file)) {
                Optional<SegmentHeader> header = walker.header();
                if (header.isPresent()) {
                    SegmentHeader h = header.get();
                    return Optional.of(
                            new LogOrigin(
                                    h.host(), h.logIdHigh(), h.logIdLow(), directory.toString()));
                }
            } catch (NoSuchFileException removed) {
                // The retention's rule took it; so it was not the newest.
                return originOf(directory);
            }
        }
        return Optional.empty();
    }

    /** The bytes, header and payload, of the block that is being told; only within {@link Sink#block}. */
    public byte[] image() {
        SegmentWalker in = walker;
        if (in == null) {
            throw new IllegalStateException("no block is being told");
        }
        return in.image();
    }

    @Override
    public synchronized boolean next(Sink sink, Duration wait) throws IOException {
        long until = System.nanoTime() + wait.toNanos();
        int brought = 0;
        while (!closed && brought < BATCH) {
            if (walker == null && !openNext(sink)) {
                if (!follow) {
                    return brought > 0;
                }
                if (brought > 0 || !pause(until)) {
                    return true;
                }
                continue;
            }
            int step = step(sink, brought == 0 ? until : Long.MIN_VALUE);
            if (step < 0) {
                return true;
            }
            brought += step;
        }
        return !closed;
    }

    /** Waits a little, but not longer than to {@code until}; false if that is over, or this was closed. */
    private boolean pause(long until) {
        long left = until - System.nanoTime();
        if (until == Long.MIN_VALUE
                || left <= 0
                || closed
                || Thread.currentThread().isInterrupted()) {
            return false;
        }
        LockSupport.parkNanos(Math.min(left, POLL_NANOS));
        return true;
    }

    private boolean openNext(Sink sink) throws IOException {
        while (!closed) {
            if (pending.isEmpty()) {
                pending.addAll(after(number));
            }
            Path file = pending.pollFirst();
            if (file == null) {
                return false;
            }
            number = SegmentLayout.number(file).orElseThrow();
            fileName = String.valueOf(file.getFileName());
            try {
                SegmentWalker opened = SegmentWalker.open(file);
                if (begin(opened, sink)) {
                    walker = opened;
                    return true;
                }
                opened.close();
            } catch (NoSuchFileException removed) {
                fileName = ""; // a PRUNED record says so; the next one is looked for
            }
        }
        return false;
    }

    private List<Path> after(int segment) throws IOException {
        List<Path> later = new ArrayList<>();
        for (Path file : LogDirectory.segments(directory)) {
            int its = SegmentLayout.number(file).orElseThrow();
            if (its > segment && its <= lastSegment) {
                later.add(file);
            }
        }
        return later;
    }

    /** Looks at a segment as a whole; false if nothing in it is wanted. */
    private boolean begin(SegmentWalker opened, Sink sink) throws IOException {
        Optional<SegmentHeader> header = opened.header();
        if (header.isEmpty()) {
            sink.damage(fileName + ": its header is damaged");
        }
        String place = directory.toString();
        origin =
                header.map(h -> new LogOrigin(h.host(), h.logIdHigh(), h.logIdLow(), place))
                        .orElse(new LogOrigin("", 0, 0, place));
        Optional<BlockHeader> seal = opened.peek(opened.size() - BlockLayout.HEADER_BYTES);
        if (header.isPresent() && seal.isPresent() && seals(seal.get(), header.get())) {
            long blocks = seal.get().number() - header.get().firstBlock() + 1;
            if (seal.get().number() < fromBlock || !interest.mayHold(seal.get())) {
                sink.skipped(blocks, 0);
                return false;
            }
        }
        offset = SegmentLayout.HEADER_BYTES;
        patience = PATIENCE;
        successor = false;
        present = follow ? Long.MAX_VALUE : opened.dataEnd(offset);
        return true;
    }

    private static boolean seals(BlockHeader seal, SegmentHeader segment) {
        return (seal.rotated() || seal.closed())
                && seal.payloadBytes() == 0
                && seal.records() == 0
                && seal.segment() == segment.number()
                && seal.run() == segment.run()
                && seal.logIdHigh() == segment.logIdHigh()
                && seal.logIdLow() == segment.logIdLow()
                && seal.number() >= segment.firstBlock();
    }

    /**
     * One block, or what stands in its place.
     *
     * @return blocks that were brought; negative if there is nothing to bring now
     */
    private int step(Sink sink, long until) throws IOException {
        SegmentWalker in = walker;
        if (in == null) {
            return 0;
        }
        if (offset >= present) {
            leave();
            return 0;
        }
        Optional<BlockHeader> header = in.peek(offset);
        if (header.isPresent()
                && (header.get().number() < fromBlock || !interest.mayHold(header.get()))) {
            sink.skipped(1, header.get().records());
            moveTo(offset + header.get().totalBytes());
            return 0;
        }
        SegmentStep step = in.step(offset);
        if (step instanceof SegmentStep.Block block) {
            // Told before it is passed, so that a sink that throws gets it again.
            sink.block(origin, block.header(), block.payload());
            moveTo(block.end());
            return 1;
        }
        // The writer makes the next segment before it writes the last block here, so the end is
        // looked at once
        // more after a successor was seen.
        boolean waits = follow && !successor;
        boolean end = step instanceof SegmentStep.End;
        boolean lastHere = end || (step instanceof SegmentStep.Damage d && d.last());
        if (waits && lastHere && (end || patience > 0)) {
            successor = !after(number).isEmpty();
            if (successor) {
                return 0;
            }
            if (!pause(until)) {
                return -1;
            }
            patience -= end ? 0 : 1;
            return 0;
        }
        return end ? hole(in, sink) : damaged((SegmentStep.Damage) step, sink);
    }

    private void moveTo(long next) {
        offset = next;
        patience = PATIENCE;
    }

    private void leave() throws IOException {
        if (walker != null) {
            walker.close();
            walker = null;
        }
    }

    /** Zeros: something behind them is damage, unless the writer filled the gap just now. */
    private int hole(SegmentWalker in, Sink sink) throws IOException {
        SegmentStep again = in.step(offset);
        if (again instanceof SegmentStep.Block) {
            return 0;
        }
        if (in.beyond(offset) instanceof SegmentStep.Damage damage) {
            return damaged(damage, sink);
        }
        leave();
        return 0;
    }

    private int damaged(SegmentStep.Damage damage, Sink sink) throws IOException {
        if (damage.last() && patience > 0) {
            // A block that is being written looks like a torn one for a moment.
            patience--;
            LockSupport.parkNanos(POLL_NANOS);
            return 0;
        }
        sink.damage(sentence(damage));
        if (damage.last() && (!follow || successor)) {
            leave();
        } else {
            moveTo(damage.end());
        }
        return 0;
    }

    private String sentence(SegmentStep.Damage damage) {
        String what =
                switch (damage.fault()) {
                    case HASH -> "the block does not fit its hash";
                    case CUT -> "the block is cut off";
                    case TORN -> "the last block was not written to its end";
                    case NO_HEADER -> "these bytes are no block";
                    case HOLE -> "zeros where blocks should be";
                };
        return fileName + ", bytes " + damage.offset() + " to " + damage.end() + ": " + what;
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            try {
                leave();
            } catch (IOException e) {
                walker = null; // it was open for reading only: nothing is lost
            }
        }
    }
}
