package org.cofferdam.monitor.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.proxy.vhostuser.PacketThread;
import org.jspecify.annotations.Nullable;

/**
 * The thread that owns the packet path: it gives turns to the agents and, when nothing is left to do, sleeps on
 * their descriptors.
 *
 * <p>Sleeping is safe without a race: everything that can make work is either done by this thread or makes a
 * watched descriptor readable, and epoll is level-triggered. Two wake-ups in a row after which no agent finds work
 * (a ring is full, the log is full, the domain is down) are followed by a short nap in which only commands are heard,
 * so a readable descriptor that nobody may read does not burn the processor. A single one is common: a guest's kick
 * for frames that were taken before the thread slept.
 *
 * <p>The loop allocates nothing; commands may.
 */
public final class DomainThread implements AutoCloseable {
    /**
     * How long to wait for the answer to a question: many times the longest turn. In one turn a domain is ended, its card
     * reset and the next one begun, whose memory is cleared, mapped and filled. A hostile driver can have that fall into
     * the monitor's start, where no answer is the monitor's end; in an emulated machine it took seconds.
     */
    public static final long ANSWER_SECONDS = 30;

    /** Polled this long before it sleeps: a wake-up costs as much. */
    private static final long SPIN_NANOS = 20_000L;

    private static final long NAP_NANOS = 1_000_000L;

    /** So many wake-ups in a row without work, and the thread naps. */
    private static final int FRUITLESS = 2;

    /** Longest sleep: the ticks of watchdog, link and counters. */
    private static final long TICK_NANOS = 1_000_000_000L;

    private final Thread thread;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final EventFd wake = EventFd.create();
    private final Epoll all = Epoll.create(16);
    private final Epoll quiet = Epoll.create(4);
    private final List<Agent> agents = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Durations turns = new Durations();
    private BooleanSupplier mayNotSleep = () -> false;
    private BooleanSupplier pauseDue = () -> false;
    private boolean stopping;
    private volatile @Nullable Throwable failure;
    private Runnable onFailure = () -> {};
    private Runnable beforeSleep = () -> {};
    private BooleanSupplier readyToSleep = () -> true;
    private LongSupplier longestSleep = () -> TICK_NANOS;

    private final PacketThread asPacketThread =
            new PacketThread() {
                @Override
                public void post(Runnable command) {
                    DomainThread.this.post(command);
                }

                @Override
                public void watch(int fd) {
                    watchEdges(fd);
                }

                @Override
                public void unwatch(int fd) {
                    DomainThread.this.unwatch(fd);
                }
            };

    public DomainThread() {
        wake.drain();
        all.add(wake.fd(), Epoll.IN, 0);
        quiet.add(wake.fd(), Epoll.IN, 0);
        thread = Thread.ofPlatform().name("domain").unstarted(this::run);
    }

    /** Starts the thread; before that nothing here runs. */
    public void start() {
        thread.start();
    }

    /** Adds an agent; by command, or before the start. Agents take turns in this order. */
    public void addAgent(Agent agent) {
        agents.add(agent);
    }

    /** Wakes the thread when {@code fd} is readable; by command, or before the start. */
    public void watch(int fd) {
        all.add(fd, Epoll.IN, fd);
    }

    /**
     * Wakes the thread each time {@code fd}, which nobody here reads, becomes readable; by command, or before the
     * start.
     */
    public void watchEdges(int fd) {
        all.add(fd, Epoll.IN | Epoll.EDGE, fd);
    }

    /** No longer. */
    public void unwatch(int fd) {
        all.remove(fd);
    }

    /** Tells when the thread must go on although no agent had work: the domain is awake. */
    public void mayNotSleep(BooleanSupplier condition) {
        mayNotSleep = condition;
    }

    /** Tells when a pause is due before the domain's next slice. */
    public void pauseDue(BooleanSupplier condition) {
        pauseDue = condition;
    }

    /** What to do each time before the thread sleeps until a descriptor wakes it. */
    public void beforeSleep(Runnable action) {
        beforeSleep = action;
    }

    /** Asked right before the thread sleeps: false if work has come meanwhile that no descriptor will tell of. */
    public void readyToSleep(BooleanSupplier condition) {
        readyToSleep = condition;
    }

    /** Tells for how many nanoseconds at most the agents can be left alone. */
    public void longestSleep(LongSupplier nanos) {
        longestSleep = nanos;
    }

    /** What to do, on this thread, when an agent threw: the thread ends. */
    public void onFailure(Runnable action) {
        onFailure = action;
    }

    /** Runs {@code command} on this thread soon; from any thread. */
    public void post(Runnable command) {
        commands.add(command);
        wake.signal();
    }

    /** Asks it something, from any thread, without waiting; an exception of the question's is the answer's. */
    public <T> CompletableFuture<T> submit(Callable<T> question) {
        return asPacketThread.submit(question);
    }

    /** This thread as the guests' threads see it: their kicks are edges, since nobody reads the descriptors. */
    public PacketThread asPacketThread() {
        return asPacketThread;
    }

    /** What ended the thread before its time, if anything did. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** How long the turns took in which there was work: what a frame may have to wait. Any thread. */
    public Durations turns() {
        return turns;
    }

    /** The kernel sees this thread by this name. */
    public String name() {
        return thread.getName();
    }

    private void run() {
        try {
            loop();
        } catch (Throwable t) {
            // The loop owns the domain: whatever breaks it must end the domain, and is told by
            // failure().
            failure = t;
            onFailure.run();
        } finally {
            ended.countDown();
        }
    }

    private void loop() {
        long idleSince = 0;
        boolean idle = false;
        int fruitless = 0;
        boolean worked = false;
        long last = 0;
        while (!stopping) {
            long now = System.nanoTime();
            if (worked) {
                turns.add(now - last);
            }
            last = now;
            int work = runCommands();
            for (int i = 0; i < agents.size(); i++) {
                work += agents.get(i).doWork(now);
            }
            worked = work > 0;
            if (pauseDue.getAsBoolean()) {
                all.await(NAP_NANOS);
            } else if (work > 0) {
                idle = false;
                fruitless = 0;
            } else if (mayNotSleep.getAsBoolean()) {
                idle = false;
            } else if (!idle) {
                idle = true;
                idleSince = now;
            } else if (fruitless >= FRUITLESS) {
                quiet.await(NAP_NANOS);
                fruitless = 0;
            } else if (now - idleSince > SPIN_NANOS) {
                beforeSleep.run();
                boolean woken =
                        readyToSleep.getAsBoolean()
                                && all.await(Math.min(TICK_NANOS, longestSleep.getAsLong())) > 0;
                fruitless = woken ? fruitless + 1 : 0;
                idle = false;
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private int runCommands() {
        Runnable command = commands.poll();
        if (command == null) {
            return 0;
        }
        wake.drain();
        int done = 0;
        while (command != null) {
            command.run();
            done++;
            command = commands.poll();
        }
        return done;
    }

    /** Ends the thread after the commands posted so far, and waits for it. */
    public void stop() {
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        post(() -> stopping = true);
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        quiet.close();
        all.close();
        wake.close();
    }
}
