package org.cofferdam.audit.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.format.BlockHeader;
import org.jspecify.annotations.Nullable;

/**
 * Crossings from a log, wherever it is: a directory, a running monitor's socket, Kafka.
 *
 * <pre>{@code
 * try (AuditStream stream = AuditStream.of("/var/lib/cofferdam/audit")) {
 *     stream.filter(AuditFilter.all().withSeverity(Severity.MEDIUM)).follow(true)
 *         .forEach((crossing, place) -> System.out.println(CrossingFormat.compact(crossing)));
 * }
 * }</pre>
 *
 * <p>One thread sets it up and calls {@link #forEach}, once; {@link #close} may come from any thread and ends it. What
 * comes is in the order of each log; logs of several hosts in one Kafka topic are mixed as they come.
 */
public final class AuditStream implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(500);

    /** Takes what a stream brings; the calls come on the thread that called {@link #forEach}. */
    @FunctionalInterface
    public interface Consumer {
        /** A crossing that the filter wants, and where it stands. */
        void crossing(Crossing crossing, CrossingPlace place);

        /** A stretch that could not be read, as one sentence; {@code audit verify} says more. */
        default void damage(String sentence) {}

        /** What is there has been brought, and what comes later is waited for; called once, only when following. */
        default void caughtUp() {}

        /** Called now and then with how far it is. */
        default void progress(Progress progress) {}
    }

    /**
     * How far a stream is.
     *
     * @param blocks blocks that were read
     * @param skippedBlocks blocks that were passed over by what their header or their segment's end says
     * @param records records in the blocks that were read
     * @param picked records that were taken out of them
     */
    public record Progress(long blocks, long skippedBlocks, long records, long picked) {}

    private final String place;
    private AuditFilter filter = AuditFilter.all();
    private boolean follow;
    private Map<String, String> properties = Map.of();
    private Optional<StreamPosition> position = Optional.empty();
    private volatile boolean closed;
    private volatile @Nullable BlockFeed feed;

    private AuditStream(String place) {
        this.place = place;
    }

    /**
     * A stream from a place: a directory's path, the path of a monitor's control socket, {@code file:///…}, {@code
     * unix:///…}, {@code kafka://…}. Nothing is opened yet.
     */
    public static AuditStream of(String place) {
        return new AuditStream(place);
    }

    /** A stream from a directory. */
    public static AuditStream of(Path directory) {
        return new AuditStream(directory.toAbsolutePath().toUri().toString());
    }

    /** Only what this filter wants. */
    public AuditStream filter(AuditFilter wanted) {
        filter = wanted;
        return this;
    }

    /** Whether to wait for what is written later; without it, {@link #forEach} returns at the end. */
    public AuditStream follow(boolean on) {
        follow = on;
        return this;
    }

    /** Client properties for a feed that needs some, as Kafka's does. */
    public AuditStream properties(Map<String, String> named) {
        properties = Map.copyOf(named);
        return this;
    }

    /** Only what stands behind this position, which moves on with what is told. */
    public AuditStream after(StreamPosition start) {
        position = Optional.of(start);
        return this;
    }

    /**
     * Tells the consumer of each crossing. Returns at the log's end, or, when following, after {@link #close} or an
     * interrupt.
     *
     * @return how far it came
     * @throws AuditLogException with one sentence if the place cannot be read
     */
    public Progress forEach(Consumer consumer) {
        RecordPick pick = new RecordPick(filter);
        Run run = new Run(pick, consumer);
        // The ports of guests are learned from the log's beginning on.
        boolean early = filter.guests().isEmpty() && position.isEmpty();
        try (BlockFeed opened =
                BlockFeeds.open(
                        place,
                        properties,
                        early ? filter.since() : Optional.empty(),
                        follow,
                        run::mayHold)) {
            feed = opened;
            // Files show at once where they end; what comes over a socket is only known to be all
            // when it is silent.
            Duration silence = opened instanceof DirectoryFeed ? Duration.ZERO : WAIT;
            while (!closed && !Thread.currentThread().isInterrupted()) {
                long before = run.seen();
                if (!opened.next(run, run.caughtUp || !follow ? WAIT : silence)) {
                    break;
                }
                if (follow && !run.caughtUp && (run.isPresent || run.seen() == before)) {
                    run.caughtUp = true;
                    consumer.caughtUp();
                }
                consumer.progress(run.progress());
            }
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.IO, "cannot read the audit log at " + place + ": " + e, e);
        }
        return run.progress();
    }

    @Override
    public void close() {
        closed = true;
        BlockFeed open = feed;
        if (open != null) {
            open.close();
        }
    }

    /** Takes blocks apart, a parser for each log: names of sources and ports are each log's own. */
    private final class Run implements BlockFeed.Sink {
        /** More logs in one stream than this are a mistake, or somebody's attempt to fill the memory. */
        private static final int MAX_LOGS = 10_000;

        private final RecordPick pick;
        private final Consumer consumer;
        private final Map<LogId, RecordParser> parsers = new HashMap<>();
        private long blocks;
        private long skipped;
        private long records;
        private boolean caughtUp;

        /** A block was read that is younger than this stream: on a busy host it is never silent. */
        private boolean isPresent;

        private final long begun = RecordPick.nanos(Optional.of(Instant.now()), Long.MAX_VALUE);

        private record LogId(long high, long low) {}

        Run(RecordPick pick, Consumer consumer) {
            this.pick = pick;
            this.consumer = consumer;
        }

        /** Whether a block is worth reading; asked of each. */
        boolean mayHold(BlockHeader header) {
            isPresent |= header.latest() >= begun;
            return pick.mayHold(header);
        }

        @Override
        public void block(LogOrigin origin, BlockHeader header, MemorySegment payload) {
            blocks++;
            records += header.records();
            if (closed) {
                return;
            }
            LogId id = new LogId(header.logIdHigh(), header.logIdLow());
            RecordParser parser = parsers.get(id);
            if (parser == null) {
                if (parsers.size() >= MAX_LOGS) {
                    consumer.damage(
                            origin.place() + ": more than " + MAX_LOGS + " logs in one stream");
                    return;
                }
                // Ports of guests are learned log by log; the first log's pick also chooses the
                // blocks.
                parser = new RecordParser(parsers.isEmpty() ? pick : new RecordPick(filter));
                parsers.put(id, parser);
            }
            boolean known = position.filter(p -> p.isBehind(header)).isPresent();
            parser.parse(
                            header,
                            payload,
                            (crossing, at) -> {
                                if (!known && !closed && filter.accepts(crossing)) {
                                    consumer.crossing(
                                            crossing, new CrossingPlace(origin, header, at));
                                }
                            })
                    .ifPresent(
                            wrong ->
                                    damage(
                                            origin.place()
                                                    + ", block "
                                                    + Long.toUnsignedString(header.number())
                                                    + ": "
                                                    + wrong));
            if (!known && !closed) {
                position.ifPresent(p -> p.moveTo(header));
            }
        }

        @Override
        public void damage(String sentence) {
            consumer.damage(sentence);
        }

        @Override
        public void skipped(long number, long recordsInThem) {
            skipped += number;
        }

        long seen() {
            return blocks + skipped;
        }

        Progress progress() {
            long picked = parsers.values().stream().mapToLong(RecordParser::picked).sum();
            return new Progress(blocks, skipped, records, picked);
        }
    }
}
