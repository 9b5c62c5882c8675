package org.cofferdam.audit.kafka.ship;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.cofferdam.audit.format.SegmentHeader;
import org.cofferdam.audit.kafka.follow.LogEnd;
import org.cofferdam.audit.kafka.follow.LogFollower;
import org.cofferdam.audit.kafka.ship.ShipperCounters.Counter;
import org.cofferdam.audit.kafka.ship.ShippingException.End;
import org.jspecify.annotations.Nullable;

/**
 * Ships one log until it is stopped: waits for the log, opens a session with the brokers, and when that fails another
 * one, for as long as it takes. {@link #run} belongs to one thread; {@link #stop} may come from any.
 */
public final class Shipper {
    private static final long LOG_POLL_NANOS = 200_000_000;
    private static final long FIRST_PAUSE_NANOS = 500_000_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000_000L;

    private final ShipperOptions options;
    private final ClientProperties properties;
    private final Consumer<String> say;
    private final Clock clock;
    private final ShipperCounters counters = new ShipperCounters();
    private final Pace pace = new Pace();
    private volatile boolean stopped;
    private volatile @Nullable Thread runner;

    /** Names of the sessions that were this shipper's, or were there when it came. */
    private Set<String> known = Set.of();

    private boolean inTrouble;
    private boolean everWorked;

    /**
     * A shipper.
     *
     * @param say takes sentences for the operator
     * @throws ShippingException if the options do not go together
     */
    public Shipper(ShipperOptions options, Consumer<String> say, Clock clock) {
        this.options = options;
        this.say = say;
        this.clock = clock;
        this.properties = new ClientProperties(options.bootstrap(), options.client());
        for (String topic : new String[] {options.blocksTopic(), options.eventsTopic()}) {
            if (!Topics.isName(topic) && !(topic.isEmpty() && !options.withEvents())) {
                throw new ShippingException(
                        End.USAGE,
                        "\""
                                + topic
                                + "\" is not a topic's name; it has letters, digits, dots, dashes and underscores");
            }
        }
        if (options.blocksTopic().equals(options.eventsTopic())) {
            throw new ShippingException(
                    End.USAGE, "blocks and events cannot share a topic; name two");
        }
    }

    /** The counters, also while it runs. */
    public ShipperCounters counters() {
        return counters;
    }

    /** Ends {@link #run} after what it is doing. */
    public void stop() {
        stopped = true;
        Thread thread = runner;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Ships until it is stopped.
     *
     * @throws ShippingException with one sentence if it must not or cannot go on
     */
    public void run() {
        runner = Thread.currentThread();
        try (StateDirectory state = StateDirectory.claim(options.stateDir())) {
            CounterWriter writer =
                    new CounterWriter(state, counters, new LogEnd(options.auditDir()), clock);
            try {
                ship(state);
            } finally {
                writer.close();
            }
        } catch (InterruptException | InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "the log in "
                            + options.auditDir()
                            + " cannot be read, or "
                            + options.stateDir()
                            + " not written ("
                            + e
                            + "); check who may, and the disk",
                    e);
        }
    }

    private void ship(StateDirectory state) throws IOException, InterruptedException {
        LogIdentity log = awaitLog();
        long pause = FIRST_PAUSE_NANOS;
        while (log != null && !stopped) {
            try {
                session(log, state);
            } catch (KafkaException e) {
                // No trouble until now: this is the first of a row.
                pause = inTrouble ? pause : FIRST_PAUSE_NANOS;
                troubled(e);
                pause = pause(pause);
            }
        }
    }

    private @Nullable LogIdentity awaitLog() throws IOException {
        boolean said = false;
        try (LogFollower follower = new LogFollower(options.auditDir(), damage -> {})) {
            while (!stopped && !Thread.currentThread().isInterrupted()) {
                Optional<SegmentHeader> oldest = follower.oldest();
                if (oldest.isPresent()) {
                    return LogIdentity.of(oldest.get());
                }
                if (!said) {
                    say.accept("waiting for a log in " + options.auditDir());
                    said = true;
                }
                LockSupport.parkNanos(LOG_POLL_NANOS); // files have no doorbell for others
            }
        }
        return null;
    }

    private void session(LogIdentity log, StateDirectory state)
            throws IOException, InterruptedException {
        try (Admin admin = Admin.create(properties.admin());
                LogFollower follower = new LogFollower(options.auditDir(), this::damaged)) {
            int partitions = new Topics(admin, options).prepare();
            PositionFinder finder = new PositionFinder(admin, options, properties, log, partitions);
            requireRight(finder, log);
            Producer<byte[], byte[]> producer = ShippingSession.producer(properties, log);
            String name = name();
            boolean begun = false;
            try {
                Position found = finder.find(name);
                known = new HashSet<>(List.of(name, found.session()));
                try (ShippingSession session =
                        new ShippingSession(
                                options,
                                log,
                                follower,
                                state,
                                counters,
                                say,
                                clock,
                                pace,
                                producer,
                                ShippingSession.group(properties, log),
                                found.by(name))) {
                    begun = true;
                    session.announce();
                    if (inTrouble || !everWorked) {
                        say.accept(
                                "shipping the log "
                                        + log.hex()
                                        + " of "
                                        + log.host()
                                        + " to "
                                        + options.blocksTopic()
                                        + " on "
                                        + options.bootstrap()
                                        + ", from block "
                                        + found.next());
                    }
                    inTrouble = false;
                    everWorked = true;
                    session.run(() -> stopped);
                }
            } finally {
                if (!begun) {
                    producer.close(Duration.ZERO);
                }
            }
        }
    }

    /**
     * What has to hold before others are fenced: whoever lost its place while it heard nothing must not take it back, and
     * a copy of a log must not turn away the shipper of the log itself.
     */
    private void requireRight(PositionFinder finder, LogIdentity log)
            throws IOException, InterruptedException {
        Optional<Position> committed = finder.committed(false);
        if (committed.isEmpty()) {
            return;
        }
        // The first session takes the place of whoever was there.
        if (!known.isEmpty() && !known.contains(committed.get().session())) {
            throw new ShippingException(
                    End.REFUSED,
                    "another shipper of this log has taken over (its session is "
                            + committed.get().session()
                            + "); this one ends");
        }
        try (LogFollower follower = new LogFollower(options.auditDir(), damage -> {})) {
            new Alignment(options.auditDir(), log, follower).seek(committed.get(), block -> {});
        }
    }

    private void damaged(String sentence) {
        counters.add(Counter.DAMAGED, 1);
        say.accept(sentence);
    }

    /** An error of a session: says it once, until all is well again; throws if it cannot become well. */
    private void troubled(KafkaException e) {
        if (e instanceof InterruptException) {
            throw e;
        }
        pace.failed();
        counters.add(isFence(e) ? Counter.FENCED : Counter.ERRORS, 1);
        if (!everWorked && (Topics.isRefusal(e) || e instanceof ConfigException)) {
            throw new ShippingException(
                    End.ENVIRONMENT,
                    "the brokers at "
                            + options.bootstrap()
                            + " do not serve this shipper ("
                            + sentence(e)
                            + "); check --to, --kafka-config and the access lists that the README names",
                    e);
        }
        if (!inTrouble && !stopped) {
            say.accept(
                    "the brokers at "
                            + options.bootstrap()
                            + " cannot be used ("
                            + sentence(e)
                            + "); the log is kept locally, and shipping goes on when they can");
        }
        inTrouble = true;
    }

    private static boolean isFence(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof ProducerFencedException) {
                return true;
            }
        }
        return false;
    }

    private static String sentence(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        String message = String.valueOf(last.getMessage()).lines().findFirst().orElse("");
        return last.getClass().getSimpleName() + ": " + message;
    }

    private long pause(long nanos) {
        long until = System.nanoTime() + nanos;
        while (!stopped && !Thread.currentThread().isInterrupted() && System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        return Math.min(2 * nanos, LONGEST_PAUSE_NANOS);
    }

    private static String name() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
