package org.cofferdam.libos.net.tcp;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import org.cofferdam.libos.net.count.Counter;
import org.cofferdam.libos.net.count.Counters;
import org.cofferdam.libos.net.ip.IcmpError;
import org.cofferdam.libos.net.ip.IpLayer;
import org.cofferdam.libos.net.ip.Packet;
import org.cofferdam.libos.net.ip.TokenBucket;
import org.cofferdam.libos.net.ip.Transport;
import org.cofferdam.libos.net.socket.BufferPool;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.socket.Requests;
import org.cofferdam.libos.net.socket.StreamRing;
import org.cofferdam.libos.net.timer.TimerWheel;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.SipHash;
import org.cofferdam.libos.net.wire.Tcp;
import org.jspecify.annotations.Nullable;

/**
 * TCP of one stack: finds the connection of each segment, and opens, listens and closes. The stack's thread, but for what
 * {@link TcpConnection} and {@link TcpListener} say.
 */
public final class TcpLayer implements Transport {
    final TcpSettings settings;
    final TimerWheel wheel;
    final TcpTimers timers;
    final TcpInput input;

    private final IpLayer ip;
    private final Counters counters;
    private final Requests requests;
    private final BufferPool pool;
    private final TcpOutput output;
    private final TcpHandshake handshake;
    private final ConnectionTable table;
    private final LocalPorts ports;
    private final SipHash sequences;
    private final Segment segment = new Segment();

    /** Resets for segments of no connection: enough for honest peers, too few to be of use against others. */
    private final TokenBucket resets = new TokenBucket(1000, 200);

    private @Nullable Tcb firstDirty;
    private int inTimeWait;
    private long now;

    /** TCP over a stack's IP. */
    public TcpLayer(
            IpLayer ip,
            TimerWheel wheel,
            Counters counters,
            Requests requests,
            BufferPool pool,
            RandomGenerator random,
            TcpSettings settings) {
        this.ip = ip;
        this.wheel = wheel;
        this.counters = counters;
        this.requests = requests;
        this.pool = pool;
        this.settings = settings;
        this.output = new TcpOutput(ip.output(), counters);
        this.handshake =
                new TcpHandshake(this, output, ip.output(), new SynCookies(random), counters);
        this.timers = new TcpTimers(this, handshake, output, counters);
        this.input = new TcpInput(this, handshake, output, counters);
        this.table = new ConnectionTable(random);
        this.ports = new LocalPorts(random);
        this.sequences = new SipHash(random);
    }

    /** Says what time it is, before a burst. */
    public void setNow(long time) {
        now = time;
    }

    /** A connection that is not connected yet. Any thread. */
    public TcpConnection open() {
        return newConnection();
    }

    TcpConnection newConnection() {
        return new TcpConnection(requests, this);
    }

    /**
     * Listens on a port.
     *
     * @param address one of ours, or "any"
     * @param port 0 to be given one
     * @param backlog the most connections that wait to be accepted
     * @param receiveBytes the receive buffer of each, 0 for the stack's own choice
     * @throws NetException if the address is not ours or the port in use
     */
    public TcpListener listen(IpAddress address, int port, int backlog, int receiveBytes)
            throws NetException {
        requireOurs(address);
        int taken = ports.take(port);
        int bytes = receiveBytes == 0 ? settings.receiveBytes() : receiveBytes;
        TcpListener listener =
                new TcpListener(
                        requests,
                        this,
                        address,
                        taken,
                        Math.max(backlog, 1),
                        BufferPool.sizeFor(bytes));
        ports.setListener(taken, listener);
        return listener;
    }

    void stopListening(TcpListener listener) {
        if (listener.equals(ports.listener(listener.port()))) {
            ports.release(listener.port());
            table.forEach(
                    t -> {
                        if (t.state == TcpState.SYN_RECEIVED && listener.equals(t.listener)) {
                            closed(t, NetError.CLOSED);
                        }
                    });
        }
    }

    @Nullable TcpListener listener(int port) {
        return ports.listener(port);
    }

    /** Connections in all states. */
    public int connections() {
        return table.size();
    }

    boolean isFull() {
        return table.size() >= settings.mostConnections();
    }

    void bind(Tcb t, IpAddress address, int port) throws NetException {
        requireOurs(address);
        t.localPort = ports.take(port);
        t.connection.holdsPort = true;
        t.localHigh = address.high();
        t.localLow = address.low();
    }

    private void requireOurs(IpAddress address) throws NetException {
        if (!address.isAny() && !ip.addresses().isOurs(address.high(), address.low())) {
            throw new NetException(NetError.ADDRESS_NOT_OURS, address.toString());
        }
    }

    void connect(Tcb t, IpAddress to, int port) throws NetException {
        IpAddress remote = to;
        if (to.isAny()) {
            // As everywhere: a connection to "any" is one to oneself.
            remote = to.isV4() ? IpAddress.v4(0x7f00_0001) : IpAddress.LOOPBACK_V6;
        }
        IpAddress local = new IpAddress(t.localHigh, t.localLow);
        if (local.isAny()) {
            local = ip.addresses().sourceFor(remote);
        }
        String about = remote + " port " + port;
        if (local.isAny() || local.isV4() != remote.isV4()) {
            throw new NetException(NetError.NO_ADDRESS, about);
        }
        if (IpAddress.isMulticast(remote.high(), remote.low())
                || (remote.isV4() && ip.addresses().isBroadcast(remote.v4()))) {
            throw new NetException(NetError.UNREACHABLE, about);
        }
        if (isFull()) {
            throw new NetException(NetError.NO_BUFFERS, about);
        }
        t.localHigh = local.high();
        t.localLow = local.low();
        t.remoteHigh = remote.high();
        t.remoteLow = remote.low();
        t.remotePort = port;
        if (t.localPort == 0) {
            t.localPort = ports.ephemeral(t, table);
        } else if (find(t) != null) {
            throw new NetException(NetError.PORT_IN_USE, about);
        }
        t.receiveBytes = BufferPool.sizeFor(t.connection.receiveBytes());
        if (!giveBuffers(t)) {
            t.localPort = t.connection.holdsPort ? t.localPort : 0;
            throw new NetException(NetError.NO_BUFFERS, about);
        }
        handshake.connect(t, now);
    }

    private @Nullable Tcb find(Tcb t) {
        return table.find(
                t.remoteHigh, t.remoteLow, t.remotePort, t.localHigh, t.localLow, t.localPort);
    }

    void add(Tcb t) {
        table.add(t);
    }

    boolean giveBuffers(Tcb t) {
        MemorySegment send = pool.take(BufferPool.sizeFor(t.connection.sendBytes()));
        MemorySegment receive = send == null ? null : pool.take(t.receiveBytes);
        if (send == null || receive == null) {
            if (send != null) {
                pool.give(send);
            }
            counters.add(Counter.DROP_TCP_MEMORY);
            return false;
        }
        StreamRing sendRing = new StreamRing(send);
        StreamRing receiveRing = new StreamRing(receive);
        t.send = sendRing;
        t.receive = receiveRing;
        t.connection.setRings(sendRing, receiveRing);
        return true;
    }

    private void takeBuffers(Tcb t) {
        StreamRing send = t.send;
        StreamRing receive = t.receive;
        t.send = null;
        t.receive = null;
        if (send != null) {
            pool.give(send.memory());
        }
        if (receive != null) {
            pool.give(receive.memory());
        }
    }

    /** RFC 6528: a clock of 4 microseconds plus a keyed hash of the connection's ends. */
    int initialSequence(Tcb t, long time) {
        return (int) (time / 4000) + (int) hash(t, 0);
    }

    /** RFC 7323, section 5.4: time stamps that tell nobody how long the station is up. */
    int timestampOffset(Tcb t) {
        return (int) hash(t, 1);
    }

    private long hash(Tcb t, int purpose) {
        return sequences
                .begin()
                .add(t.remoteHigh)
                .add(t.remoteLow)
                .add(t.localHigh)
                .add(t.localLow)
                .add((long) t.remotePort << 16 | t.localPort)
                .add(purpose)
                .finish();
    }

    @Override
    public void packet(Packet p) {
        Segment s = segment;
        if (!s.read(p)) {
            counters.add(Counter.DROP_TCP_HEADER);
            return;
        }
        if (!Segment.hasRightChecksum(p)) {
            counters.add(Counter.DROP_CHECKSUM);
            return;
        }
        Tcb t =
                table.find(
                        s.remoteHigh,
                        s.remoteLow,
                        s.remotePort,
                        s.localHigh,
                        s.localLow,
                        s.localPort);
        if (t != null) {
            input.segment(t, s, now);
            return;
        }
        TcpListener listener = ports.listener(s.localPort);
        if (listener != null && listener.isFor(s.localHigh, s.localLow)) {
            handshake.listening(listener, s, p.toGroup, now);
        } else if (!p.toGroup) {
            counters.add(Counter.DROP_TCP_NO_CONNECTION);
            resetFor(s, now);
        }
    }

    /** RFC 9293, section 3.10.7.1. */
    void resetFor(Segment s, long time) {
        if (s.has(Tcp.RST) || !resets.take(time)) {
            return;
        }
        counters.add(Counter.TCP_RESET_SENT);
        if (s.has(Tcp.ACK)) {
            output.sendBare(s, s.acknowledgment, 0, Tcp.RST, 0, 0);
        } else {
            output.sendBare(s, 0, s.sequence + s.sequenceLength(), Tcp.RST | Tcp.ACK, 0, 0);
        }
    }

    @Override
    public void error(IcmpError e) {
        Tcb t =
                table.find(
                        e.remoteHigh,
                        e.remoteLow,
                        e.remotePort,
                        e.localHigh,
                        e.localLow,
                        e.localPort);
        // RFC 5927, section 4.1: only about what is under way.
        if (t == null || Seq.before(e.sequence, t.sndUna) || Seq.atOrAfter(e.sequence, t.sndMax)) {
            counters.add(Counter.DROP_ICMP);
            return;
        }
        if (e.kind == IcmpError.Kind.PACKET_TOO_BIG) {
            int tried = ip.output().mtu(e.remoteHigh, e.remoteLow);
            ip.paths().lower(e.remoteHigh, e.remoteLow, e.mtu, tried, now);
            timers.pathBecameSmaller(t);
        } else if (t.state == TcpState.SYN_SENT && e.kind != IcmpError.Kind.TIME_EXCEEDED) {
            // RFC 5461: in a connection it may pass; a handshake need not wait for it.
            boolean port = e.kind == IcmpError.Kind.PORT_UNREACHABLE;
            closed(t, port ? NetError.REFUSED : NetError.UNREACHABLE);
        }
    }

    /** A next hop does not answer: handshakes through it have failed. */
    public void nextHopIsSilent(long high, long low) {
        table.forEach(
                t -> {
                    if (t.state == TcpState.SYN_SENT
                            && ip.leadsThrough(high, low, t.remoteHigh, t.remoteLow)) {
                        closed(t, NetError.UNREACHABLE);
                    }
                });
    }

    /** Notes that a connection may have something to send at the burst's end. */
    void touch(Tcb t) {
        if (!t.dirty) {
            t.dirty = true;
            t.nextDirty = firstDirty;
            firstDirty = t;
        }
    }

    /** Sends what the burst has brought about. Returns how many connections it looked at. */
    public int flush() {
        Tcb t = firstDirty;
        firstDirty = null;
        int looked = 0;
        while (t != null) {
            Tcb next = t.nextDirty;
            t.nextDirty = null;
            t.dirty = false;
            looked++;
            if (t.state != TcpState.CLOSED && !output.run(t, now)) {
                touch(t);
            }
            t = next;
        }
        return looked;
    }

    /** Whether a connection waits for room on the link. */
    public boolean isBlocked() {
        return firstDirty != null;
    }

    void shutdownOutput(Tcb t) {
        if (t.finQueued) {
            return;
        }
        switch (t.state) {
            case ESTABLISHED -> t.become(TcpState.FIN_WAIT_1);
            case CLOSE_WAIT -> t.become(TcpState.LAST_ACK);
            default -> {
                return;
            }
        }
        t.finQueued = true;
        touch(t);
    }

    /** The application's close (RFC 9293, section 3.10.4). */
    void close(Tcb t, long time) {
        if (t.orphan) {
            return;
        }
        t.orphan = true;
        StreamRing ring = t.receive;
        boolean unread = ring != null && ring.readable() > 0;
        switch (t.state) {
            case CLOSED, TIME_WAIT -> {
                takeBuffers(t);
                releasePort(t);
            }
            case SYN_SENT -> closed(t, NetError.CLOSED);
            case SYN_RECEIVED -> {
                output.reset(t, time);
                closed(t, NetError.CLOSED);
            }
            default -> {
                if (unread) {
                    // The peer must not believe that all it sent was read (RFC 2525, section 2.17).
                    sendAndReset(t, time);
                    closed(t, NetError.CLOSED);
                    return;
                }
                shutdownOutput(t);
                if (t.state == TcpState.FIN_WAIT_2) {
                    t.endAt = time + settings.finWait();
                    t.arm();
                }
            }
        }
    }

    /** The application's abort (RFC 9293, section 3.10.5). */
    void abort(Tcb t, long time) {
        t.orphan = true;
        if (t.state.isSynchronized() && t.state != TcpState.TIME_WAIT) {
            sendAndReset(t, time);
        }
        if (t.state == TcpState.CLOSED) {
            takeBuffers(t);
            releasePort(t);
        } else {
            closed(t, NetError.CLOSED);
        }
    }

    /** What was written just before and may be sent leaves before the reset, as where a write sends at once. */
    private void sendAndReset(Tcb t, long time) {
        boolean ignored = output.run(t, time);
        output.reset(t, time);
    }

    void enterTimeWait(Tcb t, long time) {
        if (inTimeWait >= settings.mostTimeWait()) {
            counters.add(Counter.TCP_TIME_WAIT_CUT);
            output.acknowledge(t, time);
            closed(t, null);
            return;
        }
        t.become(TcpState.TIME_WAIT);
        inTimeWait++;
        t.retransmitAt = Tcb.OFF;
        t.persistAt = Tcb.OFF;
        t.keepAliveAt = Tcb.OFF;
        t.endAt = time + settings.timeWait();
        t.arm();
        if (t.orphan) {
            takeBuffers(t);
        }
    }

    /** Ends a connection, in whatever state it is. */
    void closed(Tcb t, @Nullable NetError why) {
        if (t.state == TcpState.CLOSED) {
            return;
        }
        TcpListener listener = t.listener;
        boolean unknownToApplication = t.state == TcpState.SYN_RECEIVED && listener != null;
        if (unknownToApplication && listener != null) {
            listener.halfOpen--;
        }
        if (t.state == TcpState.TIME_WAIT) {
            inTimeWait--;
        }
        t.become(TcpState.CLOSED);
        table.remove(t);
        wheel.cancel(t);
        if (t.orphan || unknownToApplication) {
            takeBuffers(t);
            releasePort(t);
        }
        t.connection.ended(why);
    }

    private void releasePort(Tcb t) {
        if (t.connection.holdsPort) {
            t.connection.holdsPort = false;
            ports.release(t.localPort);
        }
    }
}
