package org.cofferdam.libos.net.tcp;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.socket.Requests;
import org.cofferdam.libos.net.socket.StreamRing;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection as its user has it. Made by {@link TcpLayer#open} or {@link TcpListener#accept}.
 *
 * <p>No method blocks. {@link #bind} and {@link #connect} belong to the stack's thread. One thread at a time reads and one
 * at a time writes; these may be different threads, and neither need be the stack's. All other methods may be called by
 * any thread. After {@link #close} or {@link #abort} nobody reads or writes any more: the buffers serve others then.
 */
public final class TcpConnection extends Endpoint {
    private static final int WRITTEN = 1;
    private static final int WINDOW = 2;
    private static final int SHUT_OUTPUT = 4;
    private static final int SHUT_INPUT = 8;
    private static final int CLOSE = 16;
    private static final int ABORT = 32;
    private static final int OPTIONS = 64;

    private static final long SECOND = 1_000_000_000L;

    private enum Phase {
        NEW,
        CONNECTING,
        OPEN,
        ENDED
    }

    private final TcpLayer layer;
    private final Tcb tcb;

    // Published by the stack's thread. What they lead to is written before them.
    private volatile Phase phase = Phase.NEW;
    private volatile boolean endOfStream;
    private volatile @Nullable NetError error;
    private volatile @Nullable StreamRing send;
    private volatile @Nullable StreamRing receive;

    /** Where the advertised window ends, as a position of the receive ring. */
    private volatile long advertisedEnd;

    /** The writer found no room; whoever makes room tells. */
    private volatile boolean wantsRoom;

    // Set by the user.
    private volatile boolean inputShut;
    private volatile boolean outputShut;
    private volatile boolean closed;
    private volatile boolean noDelay;
    private volatile boolean keepAlive;
    private volatile long keepAliveIdle = 7200 * SECOND;
    private volatile long keepAliveInterval = 75 * SECOND;
    private volatile int keepAliveCount = 9;
    private volatile int trafficClass;

    /** It has taken its port by binding, and gives it back; the layer's. */
    boolean holdsPort;

    private volatile int sendBytes;
    private volatile int receiveBytes;

    TcpConnection(Requests requests, TcpLayer layer) {
        super(requests);
        this.layer = layer;
        this.sendBytes = layer.settings.sendBytes();
        this.receiveBytes = layer.settings.receiveBytes();
        this.tcb = new Tcb(layer, this);
    }

    /**
     * Takes a local end before connecting. The stack's thread.
     *
     * @param port 0 to be given one
     * @throws NetException if the address is not ours or the port in use
     */
    public void bind(IpAddress address, int port) throws NetException {
        requireNew();
        layer.bind(tcb, address, port);
    }

    /**
     * Begins to connect; {@link #ready} says {@code CONNECTABLE} when that has come to an end. The stack's thread.
     *
     * @throws NetException if there is no way, no port or no buffer
     */
    public void connect(IpAddress address, int port) throws NetException {
        requireNew();
        phase = Phase.CONNECTING;
        try {
            layer.connect(tcb, address, port);
        } catch (NetException e) {
            phase = Phase.NEW;
            throw e;
        }
    }

    private void requireNew() {
        if (phase != Phase.NEW || closed) {
            throw new IllegalStateException("already connected, connecting or closed");
        }
    }

    /** Whether bytes can pass, or could until it ended. */
    public boolean isConnected() {
        return send != null && phase != Phase.CONNECTING && phase != Phase.NEW;
    }

    /** Whether the handshake is under way. */
    public boolean isConnecting() {
        return phase == Phase.CONNECTING;
    }

    /** Why it failed; null while it has not. */
    public @Nullable NetError error() {
        return error;
    }

    /** The local end's address; of "any" before it is known. */
    public IpAddress localAddress() {
        return new IpAddress(tcb.localHigh, tcb.localLow);
    }

    /** The local port, 0 before it is known. */
    public int localPort() {
        return tcb.localPort;
    }

    /** The peer's address, "any" before it is known. */
    public IpAddress remoteAddress() {
        return new IpAddress(tcb.remoteHigh, tcb.remoteLow);
    }

    /** The peer's port, 0 before it is known. */
    public int remotePort() {
        return tcb.remotePort;
    }

    /**
     * Reads what is there.
     *
     * @return bytes read; 0 if there are none now; -1 at the stream's end
     * @throws NetException if the connection failed, after all that came before
     */
    public int read(byte[] target, int offset, int length) throws NetException {
        StreamRing ring = receive;
        // Read before the ring is looked at: what is set after the last byte says that it is there.
        boolean end = endOfStream || inputShut;
        NetError failure = error;
        int n = ring == null || inputShut ? 0 : ring.read(target, offset, length);
        return afterRead(ring, n, length, end, failure);
    }

    /** The same into a buffer, whose position moves. */
    public int read(ByteBuffer target) throws NetException {
        StreamRing ring = receive;
        boolean end = endOfStream || inputShut;
        NetError failure = error;
        int wanted = target.remaining();
        int n = ring == null || inputShut ? 0 : ring.read(target);
        return afterRead(ring, n, wanted, end, failure);
    }

    private int afterRead(
            @Nullable StreamRing ring, int n, int wanted, boolean end, @Nullable NetError failure)
            throws NetException {
        if (n > 0 && ring != null) {
            long opened = ring.head() + ring.size() - advertisedEnd;
            if (opened >= Math.min(ring.size() / 2, 2 * tcb.rcvMss)) {
                ask(WINDOW);
            }
            return n;
        }
        if (wanted == 0) {
            return 0;
        }
        if (end) {
            return -1;
        }
        if (failure != null) {
            throw new NetException(failure, toString());
        }
        return 0;
    }

    /**
     * Writes what there is room for; it is sent when windows allow.
     *
     * @return bytes taken, 0 if there is no room now
     * @throws NetException if the connection failed, or writing is over
     */
    public int write(byte[] source, int offset, int length) throws NetException {
        StreamRing ring = checkedSendRing();
        if (ring == null) {
            return 0;
        }
        int n = ring.write(source, offset, length);
        if (n < length && noteNoRoom(ring)) {
            n += ring.write(source, offset + n, length - n);
        }
        if (n > 0) {
            ask(WRITTEN);
        }
        return n;
    }

    /** The same from a buffer, whose position moves. */
    public int write(ByteBuffer source) throws NetException {
        StreamRing ring = checkedSendRing();
        if (ring == null) {
            return 0;
        }
        int n = ring.write(source);
        if (source.hasRemaining() && noteNoRoom(ring)) {
            n += ring.write(source);
        }
        if (n > 0) {
            ask(WRITTEN);
        }
        return n;
    }

    private @Nullable StreamRing checkedSendRing() throws NetException {
        NetError failure = error;
        if (failure != null) {
            throw new NetException(failure, toString());
        }
        if (outputShut || closed) {
            throw new NetException(NetError.CLOSED, toString());
        }
        return phase == Phase.OPEN ? send : null;
    }

    /** Asks to be told of room. Says whether there is some by now. */
    private boolean noteNoRoom(StreamRing ring) {
        wantsRoom = true;
        // The wish is visible before the ring is looked at again; the stack makes room first and
        // looks for the wish then. So one of the two sees the other.
        VarHandle.fullFence();
        return ring.free() > 0;
    }

    /** Bytes that a read would find now. Not after {@link #close}, as with reading. */
    public int available() {
        StreamRing ring = receive;
        return ring == null || inputShut ? 0 : ring.readable();
    }

    @Override
    public int ready() {
        int now = 0;
        StreamRing in = receive;
        StreamRing out = send;
        if (endOfStream || inputShut || error != null || (in != null && in.readable() > 0)) {
            now |= READABLE;
        }
        if (error != null
                || outputShut
                || (phase == Phase.OPEN && out != null && (out.free() > 0 || noteNoRoom(out)))) {
            now |= WRITABLE;
        }
        if (phase == Phase.OPEN || phase == Phase.ENDED) {
            now |= CONNECTABLE;
        }
        return now;
    }

    /** Reads no more: what comes is acknowledged and thrown away. */
    public void shutdownInput() {
        inputShut = true;
        ask(SHUT_INPUT);
    }

    /** Writes no more: the peer sees the stream's end behind what was written. */
    public void shutdownOutput() {
        outputShut = true;
        ask(SHUT_OUTPUT);
    }

    /** Ends it in order: what was written is sent. If bytes came that nobody has read, the peer is told by a reset. */
    public void close() {
        closed = true;
        ask(CLOSE);
    }

    /** Ends it at once with a reset, as a linger time of zero does. */
    public void abort() {
        closed = true;
        ask(ABORT);
    }

    /** Whether small writes are sent at once, although others are under way (Nagle's rule off). */
    public void setNoDelay(boolean on) {
        noDelay = on;
        ask(WRITTEN);
    }

    public boolean isNoDelay() {
        return noDelay;
    }

    /** Whether a silent peer is asked if it lives. */
    public void setKeepAlive(boolean on) {
        keepAlive = on;
        ask(OPTIONS);
    }

    public boolean isKeepAlive() {
        return keepAlive;
    }

    /** When a silent peer is asked: nanoseconds of silence, then between questions; and after how many it is given up. */
    public void setKeepAliveTimes(long idle, long interval, int count) {
        keepAliveIdle = idle;
        keepAliveInterval = interval;
        keepAliveCount = count;
        ask(OPTIONS);
    }

    /** Nanoseconds of silence before it is asked. */
    public long keepAliveIdle() {
        return keepAliveIdle;
    }

    /** Nanoseconds between questions. */
    public long keepAliveInterval() {
        return keepAliveInterval;
    }

    /** Questions without an answer before the peer is given up. */
    public int keepAliveCount() {
        return keepAliveCount;
    }

    /** The class of its packets (RFC 2474), a byte whose lower two bits are TCP's (RFC 3168) and stay 0. */
    public void setTrafficClass(int value) {
        trafficClass = value & 0xfc;
    }

    public int trafficClass() {
        return trafficClass;
    }

    /** Wishes for the buffers' bytes, before connecting; they are rounded up to a power of two. */
    public void setBuffers(int wantedSend, int wantedReceive) {
        sendBytes = wantedSend;
        receiveBytes = wantedReceive;
    }

    int sendBytes() {
        return sendBytes;
    }

    int receiveBytes() {
        return receiveBytes;
    }

    Tcb tcb() {
        return tcb;
    }

    // What follows is called by the protocol on the stack's thread.

    @Override
    protected void serve(int bits, long now) {
        if ((bits & ABORT) != 0) {
            layer.abort(tcb, now);
            return;
        }
        if ((bits & SHUT_INPUT) != 0) {
            StreamRing ring = receive;
            if (ring != null) {
                ring.consume(ring.readable());
            }
        }
        if ((bits & OPTIONS) != 0 && tcb.state != TcpState.CLOSED) {
            layer.timers.startKeepAlive(tcb, now);
        }
        if ((bits & (WINDOW | SHUT_INPUT)) != 0 && tcb.state.receivesData() && tcb.windowOpened()) {
            tcb.ackNow = true;
            layer.touch(tcb);
        }
        if ((bits & WRITTEN) != 0) {
            layer.touch(tcb);
        }
        if ((bits & SHUT_OUTPUT) != 0) {
            layer.shutdownOutput(tcb);
        }
        if ((bits & CLOSE) != 0) {
            layer.close(tcb, now);
        }
    }

    void setRings(StreamRing newSend, StreamRing newReceive) {
        send = newSend;
        receive = newReceive;
    }

    void established(Tcb t) {
        phase = Phase.OPEN;
        tell(CONNECTABLE | WRITABLE);
    }

    /** Bytes have come in order. */
    void received(StreamRing ring, int bytes) {
        ring.produce(bytes);
        if (inputShut) {
            ring.consume(ring.readable());
        } else {
            tell(READABLE);
        }
    }

    void endOfStream() {
        endOfStream = true;
        tell(READABLE);
    }

    /** The peer has acknowledged bytes, so there is room. */
    void sendRingDrained() {
        StreamRing ring = send;
        // Not for every segment: a writer that is woken for a little writes a little.
        if (wantsRoom && ring != null && ring.free() >= ring.size() / 4) {
            wantsRoom = false;
            tell(WRITABLE);
        }
    }

    void advertised(int window) {
        StreamRing ring = receive;
        if (ring != null) {
            advertisedEnd = ring.tail() + window;
        }
    }

    /** It is over; {@code why} is null if both sides wanted it so. */
    void ended(@Nullable NetError why) {
        if (why != null) {
            error = why;
        } else {
            endOfStream = true;
        }
        phase = Phase.ENDED;
        tell(READABLE | WRITABLE | CONNECTABLE);
    }

    @Override
    public String toString() {
        return localAddress()
                + " port "
                + tcb.localPort
                + " to "
                + remoteAddress()
                + " port "
                + tcb.remotePort;
    }
}
