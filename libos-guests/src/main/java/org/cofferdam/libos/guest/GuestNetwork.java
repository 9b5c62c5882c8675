package org.cofferdam.libos.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.cofferdam.binding.Parts;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.socket.UnixStream;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.guest.GuestSettings.OnLink;
import org.cofferdam.libos.net.dhcp.DhcpClient;
import org.cofferdam.libos.net.dhcp.Lease;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.nic.Carrier;
import org.cofferdam.libos.nic.RingLink;
import org.jspecify.annotations.Nullable;

/** A running network: see the package. */
public final class GuestNetwork implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How long the thread looks for work before it sleeps: about what a sleep and its wake-up cost. */
    private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /** The most sleeps in a row without a look before them. */
    private static final int MOST_REST = 15;

    /** Looks for work between two looks at the clock, which cost more. */
    private static final int LOOKS = 16;

    /** How often the back end is looked for. */
    private static final long MAINTAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Longer than any turn of the thread and any look for a back end. */
    private static final long ANSWER_SECONDS = 30;

    /** Three questions to a DHCP server (RFC 2131, section 4.1), and the check of what it gives. */
    private static final long LEASE_SECONDS = 30;

    /** How long {@link #close} waits for the thread, which is at most one look for a back end. */
    private static final Duration END = PATIENCE.multipliedBy(2);

    private final Parts parts = new Parts();
    private final RingLink link;
    private final EventFd wake;
    private final Epoll epoll;
    private final NetworkStack stack;
    private final Thread thread;

    /** Sleeps without a look before: how many come next, and how many come after the next look in vain. */
    private int resting;

    private int rest;

    private final CompletableFuture<Lease> firstLease = new CompletableFuture<>();
    private volatile @Nullable GuestNames names;
    private volatile @Nullable DhcpClient dhcp;
    private volatile @Nullable Lease lease;

    // The waker's: whether the thread sleeps, or is about to and will look once more.
    private volatile boolean asleep;
    private volatile boolean ending;

    private GuestNetwork(RingLink card, StackSettings settings) {
        link = parts.add(card);
        wake = parts.add(EventFd.create());
        epoll = parts.add(Epoll.create(2));
        epoll.add(link.queues().callFd(), Epoll.IN, 0);
        epoll.add(wake.fd(), Epoll.IN, 1);
        stack =
                parts.add(
                        new NetworkStack(
                                link, System::nanoTime, new SecureRandom(), this::wake, settings));
        thread = Thread.ofPlatform().name("network").daemon().unstarted(this::run);
    }

    /**
     * Attaches a card and starts the stack on it, still without an address.
     *
     * @param socket where the back end listens
     * @throws BackEndException if there is none, or it does not want to
     */
    public static GuestNetwork start(Path socket, StackSettings settings) throws BackEndException {
        return start(RingLink.attach(socket, PATIENCE), settings);
    }

    /**
     * Attaches a card over a connection that was made already and starts the stack on it, still without an address.
     *
     * @throws BackEndException if the back end does not want to
     */
    public static GuestNetwork start(UnixStream connection, StackSettings settings)
            throws BackEndException {
        return start(RingLink.attach(connection, PATIENCE), settings);
    }

    private static GuestNetwork start(RingLink card, StackSettings settings) {
        GuestNetwork network = new GuestNetwork(card, settings);
        network.thread.start();
        return network;
    }

    /** What has to stay open while the network runs, when somebody else keeps the connection. */
    public record Descriptors(int call, int kick, int wake, int epoll) {}

    /** Its descriptors. */
    public Descriptors descriptors() {
        return new Descriptors(
                link.queues().callFd(), link.queues().kickFd(), wake.fd(), epoll.fd());
    }

    /** Closes the connection to the back end, which {@code keeper} keeps open from now on. */
    public void handOver(Carrier keeper) {
        boolean ignored =
                onStack(
                        () -> {
                            link.handOver(keeper);
                            return true;
                        });
        assert ignored;
    }

    /**
     * Sets the IPv4 address.
     *
     * @param prefix bits of the network
     * @param router where everything else goes, "any" for nowhere
     */
    public void setV4(IpAddress address, int prefix, IpAddress router) {
        onStack(
                () -> {
                    stack.setV4(address, prefix, router);
                    return true;
                });
    }

    /**
     * Gives the stack the addresses that the settings name, and waits until it has them: IPv6 ones are asked for on the
     * link first, which takes a second, and a DHCP server has half a minute to answer. Once, before anybody asks for
     * {@link #names}.
     *
     * @throws AddressInUseException if another station has one
     * @throws IOException if no server gives an address; the client goes on asking
     */
    public void configure(GuestSettings settings) throws IOException {
        names = new GuestNames(stack, settings, () -> lease);
        List<CompletableFuture<Boolean>> free = new ArrayList<>();
        List<OnLink> addresses = settings.addresses();
        boolean ignored =
                onStack(
                        () -> {
                            addresses.forEach(own -> free.add(set(own, settings.routerV4())));
                            if (!settings.routerV6().isAny()) {
                                stack.setV6Router(settings.routerV6());
                            }
                            if (settings.slaac()) {
                                stack.startV6();
                            }
                            if (settings.dhcp()) {
                                startDhcp(settings);
                            }
                            return true;
                        });
        assert ignored;
        for (int i = 0; i < free.size(); i++) {
            if (!free.get(i).orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join()) {
                throw new AddressInUseException(addresses.get(i).address());
            }
        }
        if (settings.dhcp()) {
            awaitLease();
        }
    }

    private void startDhcp(GuestSettings settings) throws NetException {
        DhcpClient client =
                new DhcpClient(stack, new SecureRandom(), settings.name(), this::leased);
        client.start();
        dhcp = client;
    }

    private void leased(@Nullable Lease held) {
        lease = held;
        if (held != null) {
            boolean ignored = firstLease.complete(held);
            assert ignored || firstLease.isDone();
        }
    }

    private void awaitLease() throws IOException {
        try {
            Lease ignored = firstLease.copy().orTimeout(LEASE_SECONDS, TimeUnit.SECONDS).join();
            assert ignored.seconds() > 0;
        } catch (CompletionException e) {
            throw new IOException(
                    "no DHCP server on the link gave an address within " + LEASE_SECONDS + " s", e);
        }
    }

    /** Names, once the network is configured. */
    public GuestNames names() {
        GuestNames configured = names;
        if (configured == null) {
            throw new IllegalStateException("the network is not configured yet");
        }
        return configured;
    }

    private CompletableFuture<Boolean> set(OnLink own, IpAddress routerV4) {
        if (own.address().isV4()) {
            stack.setV4(own.address(), own.prefix(), routerV4);
            return CompletableFuture.completedFuture(true);
        }
        CompletableFuture<Boolean> free = new CompletableFuture<>();
        stack.addV6(own.address(), own.prefix(), (address, isFree, now) -> free.complete(isFree));
        return free;
    }

    /** The stack; what it says of threads holds. */
    public NetworkStack stack() {
        return stack;
    }

    /**
     * Has the stack's thread do something, and waits for it; not from that thread.
     *
     * @throws java.util.concurrent.CompletionException with what the task threw, or if the thread does not answer
     */
    public <T> T onStack(Callable<T> task) {
        return stack.ask(task).orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join();
    }

    private void wake() {
        if (asleep) {
            wake.signal();
        }
    }

    private void run() {
        long maintained = System.nanoTime();
        while (!ending) {
            if (stack.turnBegan() - maintained >= MAINTAIN_NANOS) {
                boolean ignored = link.maintain();
                assert ignored == link.isUp();
                maintained = stack.turnBegan();
            }
            if (stack.doWork() == 0 && !spin()) {
                sleep(maintained + MAINTAIN_NANOS);
            }
        }
    }

    /**
     * Looks for work for a while, unless that was in vain lately: each time that it was, the thread sleeps at once twice as
     * often before it tries again. Timers wait: they come by the millisecond. Says whether there is work.
     */
    private boolean spin() {
        if (resting > 0) {
            resting--;
            return false;
        }
        long began = stack.turnBegan();
        do {
            for (int i = 0; i < LOOKS; i++) {
                if (link.queues().hasReceived() || stack.hasRequests() || ending) {
                    rest = 0;
                    return true;
                }
                Thread.onSpinWait();
            }
        } while (System.nanoTime() - began < SPIN_NANOS);
        rest = Math.min(2 * rest + 1, MOST_REST);
        resting = rest;
        return false;
    }

    /** Sleeps until the card or another thread has something, the stack's next deadline, or a time. */
    private void sleep(long latest) {
        asleep = true;
        try {
            // Each looks once more after it has said that it wants to be told.
            if (!link.queues().prepareToSleep() || stack.hasRequests() || ending) {
                return;
            }
            long now = System.nanoTime();
            long deadline = stack.nextDeadline();
            long nanos = latest - now;
            if (deadline != NetworkStack.NEVER) {
                nanos = Math.min(nanos, deadline - now);
            }
            if (nanos > 0) {
                epoll.await(nanos);
            }
        } finally {
            asleep = false;
            wake.take();
            link.queues().awake();
        }
    }

    /** Gives the leased address back; not from the stack's thread. */
    private void endDhcp() {
        DhcpClient client = dhcp;
        if (client == null) {
            return;
        }
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        stack.execute(() -> client.stop(() -> ended.complete(true)));
        boolean ignored = ended.completeOnTimeout(false, ANSWER_SECONDS, TimeUnit.SECONDS).join();
        assert ignored || !thread.isAlive();
    }

    /** Ends the thread and lets go of the card. Nobody uses a socket of the stack any more. */
    @Override
    public void close() {
        endDhcp();
        ending = true;
        wake.signal();
        boolean interrupted = false;
        boolean ended = false;
        long deadline = System.nanoTime() + END.toNanos();
        while (!ended && System.nanoTime() - deadline < 0) {
            try {
                ended = thread.join(Duration.ofMillis(100));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (!ended) {
            throw new IllegalStateException("the network's thread does not end");
        }
        parts.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
