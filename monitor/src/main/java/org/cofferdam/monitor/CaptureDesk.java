package org.cofferdam.monitor;

import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.monitor.capture.FrameCapture;
import org.cofferdam.monitor.config.CapturePolicy;
import org.cofferdam.monitor.config.GuestName;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.control.CaptureRequest;
import org.cofferdam.monitor.control.MonitorCounters;
import org.cofferdam.monitor.control.RunningCapture;
import org.cofferdam.monitor.domain.DomainThread;
import org.cofferdam.proxy.capture.CaptureRing;

/** Begins and ends captures, within the policy. Control thread; the counters may be read by any. */
final class CaptureDesk {
    /** At once: each costs the packet path a copy of every frame, and memory for its ring. */
    static final int MOST = 4;

    private final MonitorParts parts;
    private final GuestDesk guests;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();

    CaptureDesk(MonitorParts parts, GuestDesk guests) {
        this.parts = parts;
        this.guests = guests;
    }

    CompletionStage<RunningCapture> begin(CaptureRequest request) {
        int snap = allowed(request);
        long ports = ports(request.port());
        if (running.get() >= MOST) {
            throw OperatorError.refused(
                    "there are " + MOST + " captures already, which is the most; end one");
        }
        Instant now = Instant.now();
        long clockOffset =
                now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
        CaptureRing ring = new CaptureRing(CaptureRing.bytesFor(snap), snap, ports, clockOffset);
        FrameCapture capture =
                new FrameCapture(
                        ring,
                        request.filter(),
                        snap,
                        request.count().orElse(Long.MAX_VALUE),
                        request.millis(),
                        () -> end(ring));
        running.incrementAndGet();
        return onDomainThread(() -> parts.packets().capture(ring))
                .whenComplete(
                        (nothing, failure) -> {
                            if (failure != null) {
                                running.decrementAndGet();
                            }
                        })
                .thenApply(nothing -> capture);
    }

    private int allowed(CaptureRequest request) {
        CapturePolicy policy = parts.options().capture();
        if (policy == CapturePolicy.DENY) {
            throw OperatorError.refused(
                    "this monitor was started with --capture deny, so nothing is captured here");
        }
        int most = policy.mostBytes();
        int snap = request.snap().orElse(most);
        if (snap > most) {
            throw OperatorError.refused(
                    "a capture may take %d bytes of a frame, not %d, since the monitor was started with --capture %s; use --snap %d"
                            .formatted(most, snap, policy.name().toLowerCase(Locale.ROOT), most));
        }
        return snap;
    }

    /** A bit for each port, or -1 for all. */
    private long ports(String name) {
        if (name.equals(CaptureRequest.ALL)) {
            return -1;
        }
        if (name.equals("uplink")) {
            return 1L << MonitorParts.UPLINK.value();
        }
        if (name.equals(GuestName.HOST.value())
                || name.equals(parts.options().hostInterface().toString())) {
            return 1L << MonitorParts.HOST.value();
        }
        return guests.port(name)
                .map(id -> 1L << id.value())
                .orElseThrow(
                        () ->
                                OperatorError.refused(
                                        "there is no port "
                                                + name
                                                + " to capture; it is all, uplink, host or a guest ('monitor guest list')"));
    }

    private CompletionStage<Void> end(CaptureRing ring) {
        return onDomainThread(() -> parts.packets().endCapture(ring))
                .whenComplete(
                        (nothing, failure) -> {
                            running.decrementAndGet();
                            for (int port = 0; port < Long.SIZE; port++) {
                                frames.addAndGet(ring.offered(port));
                                missed.addAndGet(ring.missed(port));
                            }
                        });
    }

    private CompletableFuture<Void> onDomainThread(Runnable action) {
        CompletableFuture<Void> done =
                parts.thread()
                        .submit(
                                () -> {
                                    action.run();
                                    return null;
                                });
        return done.orTimeout(DomainThread.ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    /** Any thread. */
    MonitorCounters.Captures counters() {
        return new MonitorCounters.Captures(running.get(), frames.get(), missed.get());
    }
}
