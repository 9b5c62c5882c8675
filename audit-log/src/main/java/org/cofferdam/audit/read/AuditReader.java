package org.cofferdam.audit.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.LogDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from its first segment to its end, or on and on while it is written. One thread; {@link
 * #close} may come from another and ends a tail that follows.
 *
 * <p>Only blocks whose hash is right are shown. Whether the chain is whole is the verifier's business.
 */
public final class AuditReader implements AutoCloseable {
    private final Path directory;
    private volatile boolean closed;
    private volatile @Nullable AuditStream stream;

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
        Held held = new Held(last, consumer);
        try (AuditStream opened = AuditStream.of(directory).filter(filter).follow(follow)) {
            stream = opened;
            if (!closed) {
                opened.forEach(held);
            }
        }
        held.caughtUp();
    }

    @Override
    public void close() {
        closed = true;
        AuditStream open = stream;
        if (open != null) {
            open.close();
        }
    }

    /** Keeps the newest of what was there at the start, until that is known to be all. */
    private static final class Held implements AuditStream.Consumer {
        private final int last;
        private final CrossingConsumer consumer;
        private @Nullable Deque<Crossing> held;

        Held(int last, CrossingConsumer consumer) {
            this.last = last;
            this.consumer = consumer;
            this.held = last == Integer.MAX_VALUE ? null : new ArrayDeque<>();
        }

        @Override
        public void crossing(Crossing crossing, CrossingPlace place) {
            if (held == null) {
                consumer.crossing(crossing);
                return;
            }
            held.addLast(crossing);
            if (held.size() > last) {
                held.removeFirst();
            }
        }

        @Override
        public void damage(String sentence) {
            consumer.damage(sentence);
        }

        @Override
        public void caughtUp() {
            Deque<Crossing> waiting = held;
            held = null;
            if (waiting != null) {
                waiting.forEach(consumer::crossing);
            }
        }
    }
}
