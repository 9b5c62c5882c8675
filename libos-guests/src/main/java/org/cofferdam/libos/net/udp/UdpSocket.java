package org.cofferdam.libos.net.udp;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.cofferdam.libos.net.socket.DatagramRing;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.socket.Requests;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket as its user has it. Made, bound, by {@link UdpLayer#open}. No method blocks.
 *
 * <p>{@link #connect} and {@link #disconnect} belong to the stack's thread. One thread at a time receives and one at a time
 * sends. After {@link #close}, which any thread may call, nobody does: the buffers serve others then.
 */
public final class UdpSocket extends Endpoint {
    /** There is no datagram now. */
    public static final int NONE = -1;

    private static final int SENT = 1;
    private static final int CLOSE = 2;

    final DatagramRing incoming;
    final DatagramRing outgoing;
    final int port;

    private final UdpLayer layer;
    private final IpAddress local;
    private volatile @Nullable IpAddress peer;
    private volatile int peerPort;
    private volatile boolean closed;
    private volatile boolean wantsRoom;
    private volatile boolean refused;

    /** What goes into the headers; set by the user. */
    private volatile int trafficClass;

    private volatile int groupHops = 1;

    /** The buffers serve others; the stack's thread's. */
    private boolean gone;

    // Of the datagram received last; the receiving thread's.
    private long senderHigh;
    private long senderLow;
    private int senderPort;

    UdpSocket(
            Requests requests,
            UdpLayer layer,
            IpAddress local,
            int port,
            DatagramRing incoming,
            DatagramRing outgoing) {
        super(requests);
        this.layer = layer;
        this.local = local;
        this.port = port;
        this.incoming = incoming;
        this.outgoing = outgoing;
    }

    /** The address that it is bound to, or "any". */
    public IpAddress localAddress() {
        return local;
    }

    public int localPort() {
        return port;
    }

    /** Receives from this peer alone, and hears if its port is unreachable. The stack's thread. */
    public void connect(IpAddress address, int itsPort) {
        peerPort = itsPort;
        peer = address;
    }

    /** Receives from everybody again. The stack's thread. */
    public void disconnect() {
        peer = null;
    }

    /** Whom it is connected to, or null. */
    public @Nullable IpAddress peer() {
        return peer;
    }

    public int peerPort() {
        return peerPort;
    }

    /**
     * Receives a datagram; what does not fit into the buffer is lost.
     *
     * @return its bytes, as far as they fitted, or {@link #NONE}
     * @throws NetException if the peer it is connected to refuses, once for each time
     */
    public int receive(ByteBuffer target) throws NetException {
        tellRefusal();
        int at = incoming.first();
        if (at < 0) {
            return NONE;
        }
        senderHigh = incoming.high(at);
        senderLow = incoming.low(at);
        senderPort = incoming.port(at);
        int before = target.position();
        incoming.copy(at, target);
        incoming.remove(at);
        return target.position() - before;
    }

    /** The class of its packets (RFC 2474): a byte. Any thread. */
    public void setTrafficClass(int value) {
        trafficClass = value;
    }

    /** How many routers may pass on what is sent to a group (RFC 1112, section 6.1): 0 to 255. Any thread. */
    public void setGroupHops(int hops) {
        groupHops = hops;
    }

    int trafficClass() {
        return trafficClass;
    }

    int groupHops() {
        return groupHops;
    }

    /** The next call of either kind tells it, as with the pending error of other systems' sockets. */
    private void tellRefusal() throws NetException {
        if (refused) {
            refused = false;
            throw new NetException(NetError.REFUSED, toString());
        }
    }

    /** Who sent the datagram received last. The receiving thread. */
    public IpAddress sender() {
        return new IpAddress(senderHigh, senderLow);
    }

    /** Its port. The receiving thread. */
    public int senderPort() {
        return senderPort;
    }

    /**
     * Sends what remains in a buffer as one datagram.
     *
     * @return false if there is no room now
     * @throws NetException if it is longer than UDP can say, the socket is closed, or the peer it is connected to refused
     *     what was sent before
     */
    public boolean send(ByteBuffer source, IpAddress to, int toPort) throws NetException {
        if (closed) {
            throw new NetException(NetError.CLOSED, toString());
        }
        tellRefusal();
        if (source.remaining() > UdpLayer.MOST_BYTES) {
            throw new NetException(NetError.TOO_LONG, source.remaining() + " bytes");
        }
        int bytes = source.remaining();
        if (!outgoing.put(source, to.high(), to.low(), toPort)
                && !(noteNoRoom(bytes) && outgoing.put(source, to.high(), to.low(), toPort))) {
            return false;
        }
        ask(SENT);
        return true;
    }

    /** Whether a datagram of so many bytes can be sent now; if not, its room will be told as {@code WRITABLE}. Any thread. */
    public boolean fits(int bytes) {
        return outgoing.fits(bytes) || noteNoRoom(bytes);
    }

    private boolean noteNoRoom(int bytes) {
        wantsRoom = true;
        // As in TcpConnection: the wish first, then another look.
        VarHandle.fullFence();
        return outgoing.fits(bytes);
    }

    @Override
    public int ready() {
        int now = 0;
        if (refused || !incoming.isEmpty()) {
            now |= READABLE;
        }
        if (fits(UdpLayer.USUAL_BYTES)) {
            now |= WRITABLE;
        }
        return now;
    }

    /** Ends it; datagrams that were not sent yet are lost. */
    public void close() {
        closed = true;
        ask(CLOSE);
    }

    /**
     * Ends it at once, but sends what the link has room for; who binds the port after this finds it free. The stack's
     * thread.
     */
    public void closeNow() {
        closed = true;
        serve(SENT | CLOSE, 0);
    }

    // What follows is called on the stack's thread.

    boolean isFrom(long high, long low, int fromPort) {
        IpAddress only = peer;
        return only == null || (only.high() == high && only.low() == low && peerPort == fromPort);
    }

    boolean isFor(long high, long low) {
        return local.isAny() || (local.high() == high && local.low() == low);
    }

    void arrived() {
        tell(READABLE);
    }

    void peerRefuses() {
        refused = true;
        tell(READABLE);
    }

    void drained() {
        if (wantsRoom) {
            wantsRoom = false;
            tell(WRITABLE);
        }
    }

    @Override
    protected void serve(int bits, long now) {
        if (gone) {
            return;
        }
        if ((bits & SENT) != 0) {
            layer.sendAll(this);
        }
        if ((bits & CLOSE) != 0) {
            gone = true;
            layer.close(this);
        }
    }

    @Override
    public String toString() {
        return "UDP " + local + " port " + port;
    }
}
