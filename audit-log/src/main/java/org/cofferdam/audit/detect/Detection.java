package org.cofferdam.audit.detect;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.BlockFeed;
import org.cofferdam.audit.read.LogOrigin;
import org.jspecify.annotations.Nullable;

/**
 * Rules at work on the blocks of any number of logs: give it to a {@link BlockFeed} as its sink. One thread.
 *
 * <pre>
 *  BlockFeed ── blocks ──▶ Detection ── by log ──▶ rules ── incidents ──▶ alerts
 * </pre>
 */
public final class Detection implements BlockFeed.Sink {
    /** Logs that are remembered at a time. */
    static final int MOST_LOGS = 4096;

    private static final int STATE_VERSION = 1;

    private record LogId(long high, long low) {}

    private final Consumer<Alert> alerts;
    private final Map<LogId, LogDetection> logs =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<LogId, LogDetection> eldest) {
                    return size() > MOST_LOGS;
                }
            };
    private Rules rules;
    private @Nullable LogDetection latest;

    /**
     * Nothing seen yet.
     *
     * @param alerts told of each alert, on the thread that brings the blocks
     */
    public Detection(Rules rules, Consumer<Alert> alerts) {
        this.rules = rules;
        this.alerts = alerts;
    }

    /** From here on by these rules. Rules that did not change go on with what they have counted. */
    public void follow(Rules next) {
        rules = next;
        logs.values().forEach(log -> log.follow(next));
    }

    private LogDetection log(LogOrigin origin) {
        return logs.computeIfAbsent(
                new LogId(origin.logIdHigh(), origin.logIdLow()),
                id -> new LogDetection(origin, rules, alerts));
    }

    @Override
    public void block(LogOrigin origin, BlockHeader header, MemorySegment payload) {
        LogDetection log = log(origin);
        latest = log;
        log.block(origin, header, payload);
    }

    /** Damage is told without the log that it is in: it is the log whose blocks come. */
    @Override
    public void damage(String sentence) {
        LogDetection log = latest;
        if (log == null) {
            log = log(new LogOrigin("", 0, 0, ""));
            latest = log;
        }
        log.damage(sentence);
    }

    @Override
    public void skipped(long blocks, long records) {
        LogDetection log = latest;
        if (log != null) {
            log.passedOver();
        }
    }

    /** What is remembered of a log, for another machine's {@link #restore}; a few kilobytes, mostly. */
    public byte[] save(LogOrigin origin) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(STATE_VERSION);
            log(origin).save(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return bytes.toByteArray();
    }

    /**
     * Goes on with a log where {@link #save} was called: the alerts from here on are those that would have been raised
     * there.
     *
     * @throws IOException if the bytes are no such state; the log begins anew then
     */
    public void restore(LogOrigin origin, byte[] state) throws IOException {
        forget(origin);
        boolean whole = false;
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(state))) {
            int version = in.readInt();
            if (version != STATE_VERSION) {
                throw new IOException("a state of version " + version + " is not known here");
            }
            log(origin).load(in);
            whole = true;
        } finally {
            if (!whole) {
                forget(origin);
            }
        }
    }

    /** How many logs are remembered. */
    int logs() {
        return logs.size();
    }

    /** Forgets a log, because another machine goes on with it. */
    public void forget(LogOrigin origin) {
        LogDetection gone = logs.remove(new LogId(origin.logIdHigh(), origin.logIdLow()));
        if (gone == latest) {
            latest = null;
        }
    }
}
