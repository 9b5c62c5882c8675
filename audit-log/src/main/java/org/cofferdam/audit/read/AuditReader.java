package org.cofferdam.audit.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from its first segment to its end, or on and on while it is written. One thread; {@link
 * #close} may come from another and ends a tail that follows.
 *
 * <p>Only blocks whose hash is right are shown. Whether the chain is whole is the verifier's business.
 */
public final class AuditReader implements AutoCloseable {
    private static final long POLL_NANOS = 50_000_000;

    /** Looks at a block that a writer may be in the middle of writing, before it is called damage. */
    private static final int PATIENCE = 20;

    private final Path directory;
    private volatile boolean closed;

    private AuditReader(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens the log in a directory.
     *
     * @throws AuditLogException if there is none, or it may not be read
     */
    public static AuditReader open(Path directory) {
        requireLog(directory);
        return new AuditReader(directory);
    }

    /**
     * Checks that a directory holds a log that can be read.
     *
     * @throws AuditLogException with one sentence if not
     */
    public static void requireLog(Path directory) {
        try {
            if (Files.isDirectory(directory) && !LogDirectory.segments(directory).isEmpty()) {
                return;
            }
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot read the audit log in " + directory + ": " + e);
        }
        throw new AuditLogException(Problem.NO_LOG, "there is no audit log in " + directory);
    }

    /** All crossings that the filter wants; see {@link #tail(AuditFilter, int, boolean, CrossingConsumer)}. */
    public void tail(AuditFilter filter, boolean follow, CrossingConsumer consumer) {
        tail(filter, Integer.MAX_VALUE, follow, consumer);
    }

    /**
     * Tells the consumer of the crossings that the filter wants, in the order of the log.
     *
     * @param last of those that are there, only so many from the end
     * @param follow go on with what is written later, until the thread is interrupted or this is closed
     * @throws AuditLogException if a file cannot be read
     */
    public void tail(AuditFilter filter, int last, boolean follow, CrossingConsumer consumer) {
        try {
            new Tail(filter, last, follow, consumer).run();
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot read the audit log in " + directory + ": " + e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Tail {
        private final AuditFilter filter;
        private final boolean follow;
        private final CrossingConsumer consumer;
        private final RecordParser parser = new RecordParser();
        private final int last;

        /** The newest of what was there at the start; null once it was told. */
        private @Nullable Deque<Crossing> held;

        Tail(AuditFilter filter, int last, boolean follow, CrossingConsumer consumer) {
            this.filter = filter;
            this.last = last;
            this.follow = follow;
            this.consumer = consumer;
            this.held = last == Integer.MAX_VALUE ? null : new ArrayDeque<>();
        }

        void run() throws IOException {
            int number = 0;
            while (!ended()) {
                Path next = after(number);
                if (next != null) {
                    number = SegmentLayout.number(next).orElseThrow();
                    segment(next, number);
                } else if (follow) {
                    LockSupport.parkNanos(POLL_NANOS);
                } else {
                    break;
                }
            }
            release();
        }

        private boolean ended() {
            return closed || Thread.currentThread().isInterrupted();
        }

        private @Nullable Path after(int number) throws IOException {
            List<Path> files = LogDirectory.segments(directory);
            for (Path file : files) {
                if (SegmentLayout.number(file).orElseThrow() > number) {
                    return file;
                }
            }
            return null;
        }

        private void segment(Path file, int number) throws IOException {
            try (SegmentWalker walker = SegmentWalker.open(file)) {
                if (walker.header().isEmpty()) {
                    consumer.damage(file.getFileName() + ": its header is damaged");
                }
                long offset = SegmentLayout.HEADER_BYTES;
                int patience = PATIENCE;
                boolean successor = false;
                // Without follow, what is written later is not waited for: a busy writer would
                // never end it.
                long present = follow ? Long.MAX_VALUE : walker.dataEnd(offset);
                while (!ended() && offset < present) {
                    SegmentStep step = walker.step(offset);
                    if (step instanceof SegmentStep.Block block) {
                        show(file, block);
                        offset = block.end();
                        patience = PATIENCE;
                        continue;
                    }
                    // The writer makes the next segment before it writes the last block here, so
                    // the end is
                    // looked at once more after a successor was seen.
                    boolean waits = follow && !successor;
                    boolean lastHere =
                            step instanceof SegmentStep.End
                                    || (step instanceof SegmentStep.Damage d && d.last());
                    if (waits && lastHere && (step instanceof SegmentStep.End || patience > 0)) {
                        patience -= step instanceof SegmentStep.End ? 0 : 1;
                        successor = after(number) != null;
                        if (!successor) {
                            release();
                            LockSupport.parkNanos(POLL_NANOS);
                        }
                        continue;
                    }
                    if (step instanceof SegmentStep.End) {
                        if (offset >= present) {
                            return;
                        }
                        // Something stands behind: damage, unless the writer filled the gap just
                        // now.
                        step = walker.step(offset);
                        if (step instanceof SegmentStep.Block) {
                            continue;
                        }
                        step = walker.beyond(offset);
                    }
                    if (!(step instanceof SegmentStep.Damage damage)) {
                        return;
                    }
                    if (damage.last() && patience > 0) {
                        // A block that is being written looks like a torn one for a moment.
                        patience--;
                        LockSupport.parkNanos(POLL_NANOS);
                        continue;
                    }
                    consumer.damage(sentence(file, damage));
                    if (damage.last() && !waits) {
                        return;
                    }
                    offset = damage.end();
                    patience = PATIENCE;
                }
            }
        }

        private void show(Path file, SegmentStep.Block block) {
            parser.parse(
                            block.header(),
                            block.payload(),
                            (crossing, at) -> {
                                if (filter.accepts(crossing)) {
                                    tell(crossing);
                                }
                            })
                    .ifPresent(
                            wrong ->
                                    consumer.damage(
                                            file.getFileName()
                                                    + ", block "
                                                    + Long.toUnsignedString(block.header().number())
                                                    + ": "
                                                    + wrong));
        }

        private void tell(Crossing crossing) {
            if (held == null) {
                consumer.crossing(crossing);
                return;
            }
            held.addLast(crossing);
            if (held.size() > last) {
                held.removeFirst();
            }
        }

        private void release() {
            Deque<Crossing> waiting = held;
            held = null;
            if (waiting != null) {
                waiting.forEach(consumer::crossing);
            }
        }

        private String sentence(Path file, SegmentStep.Damage damage) {
            String what =
                    switch (damage.fault()) {
                        case HASH -> "the block does not fit its hash";
                        case CUT -> "the block is cut off";
                        case TORN -> "the last block was not written to its end";
                        case NO_HEADER -> "these bytes are no block";
                        case HOLE -> "zeros where blocks should be";
                    };
            return file.getFileName()
                    + ", bytes "
                    + damage.offset()
                    + " to "
                    + damage.end()
                    + ": "
                    + what;
        }
    }
}
