package org.cofferdam.audit.kafka.ship;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.kafka.follow.LogEnd;

/** Writes the counters once a second, on a thread of its own: the main thread may wait for brokers at the time. */
final class CounterWriter {
    private static final long PERIOD_MILLIS = 1000;

    private final StateDirectory state;
    private final ShipperCounters counters;
    private final LogEnd end;
    private final Clock clock;
    private final Thread thread = new Thread(this::run, "shipper-counters");

    CounterWriter(StateDirectory state, ShipperCounters counters, LogEnd end, Clock clock) {
        this.state = state;
        this.counters = counters;
        this.end = end;
        this.clock = clock;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                write();
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS); // the figures' own rate
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void write() {
        try {
            BlockHeader newest = end.look();
            Instant now = clock.instant();
            state.counters(
                    counters.text(
                            newest == null ? -1 : newest.number(),
                            newest == null ? 0 : newest.latest(),
                            now.getEpochSecond() * 1_000_000_000L + now.getNano()));
        } catch (IOException e) {
            // Nobody but a reader of the figures misses them, and shipping goes on; a full disk is
            // told by others.
            return;
        }
    }

    /** Ends the thread and writes the last figures. */
    void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        write();
    }
}
