package org.cofferdam.audit.detect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.cofferdam.audit.AuditLog;
import org.cofferdam.audit.AuditOptions;
import org.cofferdam.audit.AuditSource;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.LogDirectory;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.SegmentLayout;
import org.cofferdam.audit.format.SegmentStep;
import org.cofferdam.audit.format.SegmentWalker;
import org.cofferdam.audit.read.LogOrigin;

/** A log whose time the test sets, and what rules say of it. */
final class DetectedLog implements AutoCloseable {
    static final long SECOND = 1_000_000_000L;
    static final long START = 1_800_000_000L * SECOND;

    /** A block as it was read. */
    record Block(LogOrigin origin, BlockHeader header, MemorySegment payload) {}

    final Path dir;
    private final AuditLog log;
    private final AuditSource source;
    private long now = START;

    DetectedLog(Path dir) {
        this.dir = dir;
        LongSupplier time = () -> now;
        log = AuditLog.open(AuditOptions.in(dir, "drill").withClock(time::getAsLong));
        source = log.source("test", 1 << 20);
        at(0);
    }

    /** Seconds since the log's beginning. */
    DetectedLog at(double seconds) {
        log.sync(); // the writer has seen what the clock said before
        now = START + Math.round(seconds * SECOND);
        return this;
    }

    DetectedLog guest(int port, String name) {
        source.record(CrossingType.PORT_ATTACH, port, 2, 0, 2, 0, 0, name);
        return this;
    }

    DetectedLog record(CrossingType type, long... values) {
        long[] v = Arrays.copyOf(values, 6);
        source.record(type, v[0], v[1], v[2], v[3], v[4], v[5]);
        return this;
    }

    DetectedLog many(CrossingType type, long count, long a, long b) {
        if (!source.tryAggregate(type, count, now, now + 1000, a, b, 0, 0, 0, 0)) {
            throw new AssertionError("no room");
        }
        return this;
    }

    DetectedLog flows(long... values) {
        long[] all = Arrays.copyOf(values, CrossingType.FLOW_SUMMARY.fieldCount());
        if (!source.tryAggregate(CrossingType.FLOW_SUMMARY, 1, now, now + SECOND / 2, all)) {
            throw new AssertionError("no room");
        }
        return this;
    }

    DetectedLog target(int port, int protocol, long address, int targetPort) {
        long[] all = {port, protocol, 0, 0xffff_0000_0000L | address, targetPort, 74};
        if (!source.tryAggregate(CrossingType.FLOW_TARGET, 1, now, now, all)) {
            throw new AssertionError("no room");
        }
        return this;
    }

    /** As many TCP packets in so many seconds. */
    DetectedLog targets(int port, long count, double seconds, long address, int targetPort) {
        long[] all = {port, 6, 0, 0xffff_0000_0000L | address, targetPort, 74};
        long last = now + Math.round(seconds * SECOND);
        if (!source.tryAggregate(CrossingType.FLOW_TARGET, count, now, last, all)) {
            throw new AssertionError("no room");
        }
        return this;
    }

    DetectedLog burst(CrossingType type, int port, int packets, int length, PacketVerdict verdict) {
        int[] lengths = new int[packets];
        byte[] verdicts = new byte[packets];
        Arrays.fill(lengths, length);
        Arrays.fill(verdicts, (byte) verdict.code());
        if (!source.tryBurst(type, port, 0, packets, lengths, verdicts)) {
            throw new AssertionError("no room");
        }
        return this;
    }

    /** The blocks so far. */
    List<Block> blocks() {
        log.sync();
        List<Block> blocks = new ArrayList<>();
        try {
            for (Path file : LogDirectory.segments(dir)) {
                try (SegmentWalker walker = SegmentWalker.open(file)) {
                    long at = SegmentLayout.HEADER_BYTES;
                    while (walker.step(at) instanceof SegmentStep.Block b) {
                        blocks.add(
                                new Block(
                                        new LogOrigin(
                                                "drill",
                                                b.header().logIdHigh(),
                                                b.header().logIdLow(),
                                                dir.toString()),
                                        b.header(),
                                        MemorySegment.ofArray(
                                                b.payload()
                                                        .toArray(
                                                                java.lang.foreign.ValueLayout
                                                                        .JAVA_BYTE))));
                        at = b.end();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return blocks;
    }

    /** What rules say of it. */
    List<Alert> alerts(Rules rules) {
        return alerts(rules, blocks());
    }

    /** What the shipped rules say of it. The writer signs by the machine's time, so that rule is not asked. */
    List<Alert> alerts() {
        return alerts(Rules.read("{\"rules\": {\"log-chain\": {\"enabled\": false}}}", "test"));
    }

    /** The names of the shipped rules that are raised, in order. */
    List<String> raised() {
        return alerts().stream().map(Alert::rule).toList();
    }

    static List<Alert> alerts(Rules rules, List<Block> blocks) {
        List<Alert> alerts = new ArrayList<>();
        Detection detection = new Detection(rules, alerts::add);
        blocks.forEach(b -> detection.block(b.origin(), b.header(), b.payload()));
        return alerts;
    }

    @Override
    public void close() {
        log.close();
    }
}
