package org.cofferdam.libos.net.stack;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.ip.AddressVerdict;
import org.cofferdam.libos.net.ip.IpLayer;
import org.cofferdam.libos.net.link.Link;
import org.cofferdam.libos.net.link.Loopback;
import org.cofferdam.libos.net.socket.BufferPool;
import org.cofferdam.libos.net.socket.Requests;
import org.cofferdam.libos.net.tcp.TcpLayer;
import org.cofferdam.libos.net.timer.Timer;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.udp.UdpLayer;
import org.cofferdam.libos.net.wire.IpAddress;

/**
 * A TCP/IP stack over one link: an agent whose {@link #doWork} one thread calls.
 *
 * <pre>
 *   link --&gt; Ethernet --&gt; ARP, IPv4, IPv6 --&gt; ICMP, UDP, TCP --&gt; rings --&gt; applications' threads
 *   link &lt;-------------------- IpOutput &lt;------------ UDP, TCP &lt;-- rings, requests &lt;--'
 * </pre>
 *
 * One turn serves the requests, takes in a burst, fires timers, sends what came of all this, and flushes the link once.
 */
public final class NetworkStack implements AutoCloseable {
    /** There is no deadline: see {@link #nextDeadline}. */
    public static final long NEVER = TimerWheel.NEVER;

    private final Link link;
    private final LongSupplier clock;
    private final int burst;
    private final Counters counters = new Counters();
    private final Requests requests;
    private final BufferPool pool;
    private final TimerWheel wheel;
    private final IpLayer ip;
    private final TcpLayer tcp;
    private final UdpLayer udp;
    private long now;

    /**
     * A stack without an address.
     *
     * @param clock nanoseconds that never go back, such as {@link System#nanoTime}
     * @param random a secure one outside of tests: secrets come from it
     * @param waker called by other threads when they ask for something, to wake the stack's thread
     */
    public NetworkStack(
            Link link,
            LongSupplier clock,
            RandomGenerator random,
            Runnable waker,
            StackSettings settings) {
        this.link = link;
        this.clock = clock;
        this.burst = settings.burst();
        this.now = clock.getAsLong();
        this.requests = new Requests(waker);
        this.pool = new BufferPool(settings.bufferBytes());
        this.wheel = new TimerWheel(now);
        this.ip = new IpLayer(link, new Loopback(), wheel, counters, random, this::nextHopIsSilent);
        this.tcp = new TcpLayer(ip, wheel, counters, requests, pool, random, settings.tcp());
        this.udp = new UdpLayer(ip, counters, requests, pool, random);
        ip.connect(tcp, udp);
        setNow(now);
    }

    /** When the last turn began, by the stack's clock. The stack's thread. */
    public long turnBegan() {
        return now;
    }

    private void nextHopIsSilent(long high, long low) {
        tcp.nextHopIsSilent(high, low);
    }

    private void setNow(long time) {
        ip.output().setNow(time);
        tcp.setNow(time);
        udp.setNow(time);
    }

    /** One turn. Returns how much there was to do; 0 means that the thread may sleep. */
    public int doWork() {
        now = clock.getAsLong();
        setNow(now);
        int work = requests.serve(now);
        work += ip.receive(burst, now);
        work += wheel.turn(now);
        work += tcp.flush();
        work += udp.flush();
        ip.flush();
        return work;
    }

    /**
     * When the next timer is due, in the clock's nanoseconds, or {@link #NEVER}. Valid after a turn without work; a thread
     * that will sleep looks at {@link #hasRequests} once more when it can be woken.
     */
    public long nextDeadline() {
        // What waits for room on the link is tried again soon.
        return tcp.isBlocked() || udp.isBlocked() ? clock.getAsLong() : wheel.nextExpiry();
    }

    /** Whether other threads have asked for something since the last turn. */
    public boolean hasRequests() {
        return !requests.isEmpty();
    }

    /** Has the stack's thread run something in its next turn. Any thread. */
    public void execute(Runnable task) {
        requests.execute(task);
    }

    /** Has the stack's thread do something in its next turn, and says what came of it. Any thread. */
    public <T> CompletableFuture<T> ask(Callable<T> task) {
        CompletableFuture<T> done = new CompletableFuture<>();
        execute(
                () -> {
                    try {
                        done.complete(task.call());
                    } catch (Exception e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    /**
     * Sets the IPv4 address. The stack's thread.
     *
     * @param prefix bits of the network
     * @param router where everything else goes, "any" for nowhere
     */
    public void setV4(IpAddress address, int prefix, IpAddress router) {
        ip.addresses().setV4(address.v4(), prefix, router.v4());
    }

    /** Adds an IPv6 address whose prefix is on the link. The stack's thread. */
    public boolean addV6(IpAddress address, int prefix) {
        ip.addresses().addOnLinkV6(address, prefix);
        return ip.addresses().addV6(address);
    }

    /**
     * Adds an IPv6 address whose prefix is on the link, if nobody has it, which takes a second (RFC 4862, section 5.4). The
     * stack's thread.
     */
    public void addV6(IpAddress address, int prefix, AddressVerdict verdict) {
        ip.addresses().addOnLinkV6(address, prefix);
        ip.addV6(address, verdict, clock.getAsLong());
    }

    /** Sets the router of IPv6. The stack's thread. */
    public void setV6Router(IpAddress router) {
        ip.addresses().setV6Router(router);
    }

    /** Starts IPv6 by itself: a link-local address, then what routers advertise. The stack's thread. */
    public void startV6() {
        ip.startV6(clock.getAsLong());
    }

    /** What time it is on the stack's clock. */
    public long now() {
        return clock.getAsLong();
    }

    /** Has a timer fire on the stack's thread, from that thread. */
    public void schedule(Timer timer, long deadline) {
        wheel.schedule(timer, deadline);
    }

    /** Takes such a timer off. */
    public void cancel(Timer timer) {
        wheel.cancel(timer);
    }

    /** IP: addresses and what leaves. The stack's thread. */
    public IpLayer ip() {
        return ip;
    }

    /** TCP: connections and listeners. */
    public TcpLayer tcp() {
        return tcp;
    }

    /** UDP: sockets. */
    public UdpLayer udp() {
        return udp;
    }

    /** Bytes of the rings that sockets have. The stack's thread. */
    public long lentBytes() {
        return pool.lent();
    }

    /** What was counted. Any thread. */
    public Counters counters() {
        return counters;
    }

    public Link link() {
        return link;
    }

    /** Frees all memory. Nobody uses the stack or a socket of it any more. */
    @Override
    public void close() {
        pool.close();
    }
}
