package org.cofferdam.monitor.capture;

import io.netty.buffer.ByteBuf;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.cofferdam.monitor.control.RunningCapture;
import org.cofferdam.proxy.capture.CaptureRing;
import org.cofferdam.proxy.framefilter.FrameFilter;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.jspecify.annotations.Nullable;

/** Takes frames from a ring, chooses by a filter and writes what is wanted as pcapng. Control thread. */
public final class FrameCapture implements RunningCapture, CaptureRing.Reader {
    /** Of the ring, in one turn: a bound on how long the control thread is busy. */
    private static final int TURN_BYTES = 256 * 1024;

    /** Longer than that nobody waits, and the nanoseconds of it do not overflow. */
    private static final long MOST_MILLIS = 1_000_000_000_000L;

    private static final int PORTS = 64;

    /** A port of the capture, and what was counted of it. */
    private static final class Interface {
        private final int number;
        private final int port;
        private final long seenBefore;
        private final long missedBefore;
        private final long[] dropped = new long[Verdict.count()];
        private long wanted;
        private long given;

        Interface(int number, int port, long seenBefore, long missedBefore) {
            this.number = number;
            this.port = port;
            this.seenBefore = seenBefore;
            this.missedBefore = missedBefore;
        }
    }

    private final CaptureRing ring;
    private final FrameFilter filter;
    private final int snap;
    private final long most;
    private final long deadline;
    private final boolean hasDeadline;
    private final Supplier<CompletionStage<Void>> stop;
    private final long began = now();
    private final @Nullable Interface[] byPort = new Interface[PORTS];
    private final List<Interface> all = new ArrayList<>();
    private @Nullable ByteBuf out;
    private boolean headed;
    private long frames;

    /**
     * A capture that has taken nothing yet.
     *
     * @param snap most bytes of each frame
     * @param most frames
     * @param millis for how long, if not until it is ended
     * @param stop takes the ring out of the packet path; called once
     */
    public FrameCapture(
            CaptureRing ring,
            FrameFilter filter,
            int snap,
            long most,
            OptionalLong millis,
            Supplier<CompletionStage<Void>> stop) {
        this.ring = ring;
        this.filter = filter;
        this.snap = snap;
        this.most = most;
        this.hasDeadline = millis.isPresent();
        this.deadline = System.nanoTime() + Math.min(millis.orElse(0), MOST_MILLIS) * 1_000_000;
        this.stop = stop;
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    @Override
    public boolean drain(ByteBuf to) {
        if (!headed) {
            headed = true;
            Pcapng.section(to, "cofferdam monitor", "Linux");
        }
        out = to;
        boolean more = ring.drain(this, TURN_BYTES);
        out = null;
        return more;
    }

    @Override
    public boolean isOver() {
        return frames >= most || (hasDeadline && System.nanoTime() - deadline >= 0);
    }

    @Override
    public CompletionStage<Void> stop() {
        return stop.get();
    }

    @Override
    public void finish(ByteBuf to) {
        boolean more = true;
        while (more) {
            more = drain(to);
        }
        long ended = now();
        for (Interface i : all) {
            // Of a number that another port has got since, the ring's counts are no longer its own.
            boolean isLast = byPort[i.port] == i;
            Pcapng.statistics(
                    to,
                    i.number,
                    began,
                    ended,
                    isLast ? ring.offered(i.port) - i.seenBefore : i.wanted,
                    isLast ? ring.missed(i.port) - i.missedBefore : 0,
                    i.wanted,
                    i.given,
                    drops(i));
        }
    }

    private static String drops(Interface i) {
        if (Arrays.stream(i.dropped).sum() == 0) {
            return "";
        }
        StringJoiner text = new StringJoiner(", ", "dropped by the switch: ", "");
        for (Verdict v : Verdict.values()) {
            if (i.dropped[v.code()] > 0) {
                text.add(i.dropped[v.code()] + " " + v.name().toLowerCase(Locale.ROOT));
            }
        }
        return text.toString();
    }

    @Override
    public void port(int port, String name) {
        // Where another had the port's number before, what was counted so far is that one's.
        boolean first = byPort[port] == null;
        Interface fresh =
                new Interface(
                        all.size(),
                        port,
                        first ? 0 : ring.offered(port),
                        first ? 0 : ring.missed(port));
        byPort[port] = fresh;
        all.add(fresh);
        Pcapng.port(Objects.requireNonNull(out), name, snap, filter.text());
    }

    @Override
    public void frame(
            int port,
            boolean outbound,
            byte verdict,
            long time,
            int length,
            MemorySegment memory,
            long offset,
            int bytes) {
        Interface from = Objects.requireNonNull(byPort[port], "the ring announces each port");
        Verdict what = Verdict.of(verdict);
        if (!what.passes()) {
            from.dropped[verdict]++;
        }
        if (!filter.wants(memory, offset, bytes, length)) {
            return;
        }
        from.wanted++;
        if (frames >= most) {
            return;
        }
        from.given++;
        frames++;
        Pcapng.frame(
                Objects.requireNonNull(out),
                from.number,
                outbound,
                time,
                length,
                memory,
                offset,
                Math.min(bytes, snap),
                what.passes() ? "" : comment(what));
    }

    private static String comment(Verdict verdict) {
        return "dropped: "
                + verdict.name().toLowerCase(Locale.ROOT)
                + " ("
                + verdict.sentence()
                + ")";
    }

    @Override
    public long frames() {
        return frames;
    }

    @Override
    public long missed() {
        long missed = 0;
        for (int port = 0; port < PORTS; port++) {
            missed += ring.missed(port);
        }
        return missed;
    }
}
