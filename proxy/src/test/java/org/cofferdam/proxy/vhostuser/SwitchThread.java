package org.cofferdam.proxy.vhostuser;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.proxy.guestport.GuestPort;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.jspecify.annotations.Nullable;

/** A thread that gives turns to a switch, and sleeps on kicks when it has nothing to do, as the monitor's does. */
final class SwitchThread implements PacketThread, AutoCloseable {
    private static final long SPIN_NANOS = 20_000;
    private static final long TICK_NANOS = 100_000_000;

    private final PacketSwitch packets;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final EventFd wake = EventFd.create();
    private final Epoll epoll = Epoll.create(16);
    private final List<GuestPort> guests = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;
    private final AtomicLong sleeps = new AtomicLong();

    SwitchThread(PacketSwitch packets) {
        this.packets = packets;
        epoll.add(wake.fd(), Epoll.IN, 0);
        thread = Thread.ofPlatform().name("switch").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Asked for kicks before a sleep; by command. */
    void add(GuestPort guest) {
        guests.add(guest);
    }

    @Override
    public void post(Runnable command) {
        commands.add(command);
        wake.signal();
    }

    @Override
    public void watch(int fd) {
        epoll.add(fd, Epoll.IN | Epoll.EDGE, fd);
    }

    @Override
    public void unwatch(int fd) {
        epoll.remove(fd);
    }

    <T> T ask(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        post(
                () -> {
                    try {
                        answer.complete(question.call());
                    } catch (Exception e) {
                        answer.completeExceptionally(e);
                    }
                });
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }

    boolean isAlive() {
        return failure == null && thread.isAlive();
    }

    long sleeps() {
        return sleeps.get();
    }

    private void run() {
        try {
            long idleSince = System.nanoTime();
            while (!stopping) {
                int work = packets.doWork();
                for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
                    next.run();
                    work++;
                }
                long now = System.nanoTime();
                if (work > 0) {
                    idleSince = now;
                } else if (now - idleSince > SPIN_NANOS) {
                    boolean waiting = false;
                    for (GuestPort guest : guests) {
                        waiting |= guest.askForKicks();
                    }
                    if (!waiting && commands.isEmpty()) {
                        sleeps.incrementAndGet();
                        epoll.await(TICK_NANOS);
                        wake.drain();
                    }
                    idleSince = now;
                }
            }
        } catch (Throwable t) {
            failure = t;
        }
    }

    @Override
    public void close() {
        stopping = true;
        wake.signal();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        epoll.close();
        wake.close();
        Throwable broke = failure;
        if (broke != null) {
            throw new AssertionError("the switch's thread broke", broke);
        }
    }
}
