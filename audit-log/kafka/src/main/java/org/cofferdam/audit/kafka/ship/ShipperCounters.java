package org.cofferdam.audit.kafka.ship;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What a shipper counts since its start. Written by the main thread, read by any. */
public final class ShipperCounters {
    /** One number with its sentence. */
    enum Counter {
        BLOCKS("blocks_shipped_total", "Blocks committed to the topic."),
        BYTES("bytes_shipped_total", "Bytes of those blocks, before compression."),
        EVENTS("events_shipped_total", "Events committed to the events' topic."),
        TRANSACTIONS("transactions_total", "Transactions committed."),
        ERRORS("errors_total", "Sessions with the brokers that ended in an error."),
        FENCED("fenced_total", "Times that the brokers preferred another shipper."),
        DAMAGED("damaged_stretches_total", "Stretches of segment files that were no sound block."),
        BREAKS(
                "chain_breaks_total",
                "Blocks that do not follow the one before; shipped all the same."),
        MISSING(
                "missing_blocks_total",
                "Blocks that the local log has not any more and the topic never got."),
        REPEATED(
                "repeated_blocks_total",
                "Blocks with a number that was shipped already; left out.");

        private final String metric;
        private final String sentence;

        Counter(String metric, String sentence) {
            this.metric = metric;
            this.sentence = sentence;
        }
    }

    private final Map<Counter, AtomicLong> values = new EnumMap<>(Counter.class);

    /** The next block to ship; -1 as long as it is not known. */
    private volatile long next = -1;

    /** Latest time of a record in the last block that was shipped, ns since 1970; 0 if not known. */
    private volatile long shippedUpTo;

    private volatile boolean connected;

    /** All are 0. */
    public ShipperCounters() {
        for (Counter c : Counter.values()) {
            values.put(c, new AtomicLong());
        }
    }

    private AtomicLong of(Counter counter) {
        return Objects.requireNonNull(values.get(counter));
    }

    void add(Counter counter, long n) {
        of(counter).addAndGet(n);
    }

    long get(Counter counter) {
        return of(counter).get();
    }

    void connected(boolean is) {
        connected = is;
    }

    void position(long nextBlock, long upTo) {
        next = nextBlock;
        if (upTo != 0) {
            shippedUpTo = upTo;
        }
    }

    long next() {
        return next;
    }

    /**
     * Prometheus' text format, version 0.0.4.
     *
     * @param newest number of the log's newest block; -1 if there is none
     * @param newestTime latest time in it, ns since 1970
     * @param now ns since 1970
     */
    String text(long newest, long newestTime, long now) {
        StringBuilder out = new StringBuilder();
        for (Counter c : Counter.values()) {
            line(out, c.metric, c.sentence, "counter", Long.toString(get(c)));
        }
        line(
                out,
                "connected",
                "Whether a session with the brokers is open.",
                "gauge",
                connected ? "1" : "0");
        line(
                out,
                "next_block",
                "Number of the next block to ship, -1 if not known.",
                "gauge",
                Long.toString(next));
        long behind = Math.max(0, newest + 1 - Math.max(0, next));
        line(
                out,
                "lag_blocks",
                "Blocks of the local log that are not shipped.",
                "gauge",
                Long.toString(behind));
        // Not now minus shipped: a log in which nothing happens is not behind.
        double seconds =
                behind == 0 || shippedUpTo == 0 ? 0 : Math.max(0, newestTime - shippedUpTo) / 1e9;
        line(
                out,
                "lag_seconds",
                "Time between the newest record and the newest that was shipped.",
                "gauge",
                String.format(Locale.ROOT, "%.3f", seconds));
        line(
                out,
                "updated_timestamp_seconds",
                "When this was written.",
                "gauge",
                String.format(Locale.ROOT, "%.3f", now / 1e9));
        return out.toString();
    }

    private static void line(
            StringBuilder out, String name, String sentence, String kind, String value) {
        String full = "cofferdam_shipper_" + name;
        out.append("# HELP ").append(full).append(' ').append(sentence).append('\n');
        out.append("# TYPE ").append(full).append(' ').append(kind).append('\n');
        out.append(full).append(' ').append(value).append('\n');
    }
}
