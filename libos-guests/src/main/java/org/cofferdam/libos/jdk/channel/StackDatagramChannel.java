package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.cofferdam.libos.jdk.select.Pollable;
import org.cofferdam.libos.jdk.select.Watchers;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.socket.ReadinessListener;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** A UDP port of the stack. Groups cannot be joined. */
public final class StackDatagramChannel extends DatagramChannel
        implements Pollable, ReadinessListener {
    private final Station station;
    private final Interrupts interrupts;
    private final Side in = new Side();
    private final Side out = new Side();
    private final Gate gate;
    private final DatagramOptions options = new DatagramOptions();
    private final Watchers watchers = new Watchers();
    private final ReentrantLock change = new ReentrantLock();

    // Under the lock; read by any thread.
    private volatile @Nullable UdpSocket socket;
    private volatile @Nullable InetSocketAddress remote;
    private volatile IpAddress localWhenConnected = IpAddress.ANY_V4;
    private @Nullable DatagramSocket shown;

    /** A channel that is not bound. */
    public StackDatagramChannel(SelectorProvider provider, Station station) {
        this(provider, station, Interrupts.OF_ALL_THREADS);
    }

    /** The same; {@code interrupts} says whose interrupt closes it. */
    StackDatagramChannel(SelectorProvider provider, Station station, Interrupts interrupts) {
        super(provider);
        this.station = station;
        this.interrupts = interrupts;
        this.gate = new Gate(this::release);
    }

    // --- addresses

    @Override
    public DatagramChannel bind(@Nullable SocketAddress wanted) throws IOException {
        InetSocketAddress address = Station.checkedLocal(wanted);
        change.lock();
        try {
            requireOpen();
            if (socket != null) {
                throw new AlreadyBoundException();
            }
            requireNonNull(bound(address));
        } finally {
            change.unlock();
        }
        return this;
    }

    /** The socket, bound to any port if it was not. */
    private UdpSocket bound() throws IOException {
        UdpSocket already = socket;
        if (already != null) {
            return already;
        }
        change.lock();
        try {
            UdpSocket now = socket;
            return now != null ? now : bound(Station.checkedLocal(null));
        } finally {
            change.unlock();
        }
    }

    private UdpSocket bound(InetSocketAddress address) throws IOException {
        // Inside, so that a close that comes meanwhile finds the socket.
        if (!gate.enter()) {
            throw new ClosedChannelException();
        }
        try {
            UdpSocket made =
                    station.call(
                            () ->
                                    station.stack()
                                            .udp()
                                            .open(
                                                    Station.ip(address),
                                                    address.getPort(),
                                                    options.bufferBytes()));
            options.giveTo(made);
            socket = made;
            made.listen(this);
            watchers.tell();
            return made;
        } catch (NetException e) {
            throw Failures.ofDatagrams(e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public DatagramChannel connect(SocketAddress to) throws IOException {
        InetSocketAddress address = Station.checkedPeer(to);
        if (address.getPort() == 0) {
            throw new SocketException("Can't connect to port 0");
        }
        change.lock();
        try {
            requireOpen();
            if (remote != null) {
                throw new AlreadyConnectedException();
            }
            UdpSocket at = bound();
            IpAddress peer = Station.ip(address);
            localWhenConnected =
                    station.call(
                            () -> {
                                at.connect(peer, address.getPort());
                                return station.stack().ip().addresses().sourceFor(peer);
                            });
            remote = address;
        } finally {
            change.unlock();
        }
        return this;
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        change.lock();
        try {
            UdpSocket at = socket;
            if (at != null && remote != null && isOpen()) {
                station.run(at::disconnect);
                remote = null;
            }
        } finally {
            change.unlock();
        }
        return this;
    }

    @Override
    public boolean isConnected() {
        return remote != null;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        requireOpen();
        return remote;
    }

    @Nullable InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        requireOpen();
        return localAddress();
    }

    @Nullable InetSocketAddress localAddress() {
        UdpSocket at = socket;
        if (at == null) {
            return null;
        }
        boolean chosen = remote != null && at.localAddress().isAny();
        return Station.address(chosen ? localWhenConnected : at.localAddress(), at.localPort());
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private InetSocketAddress requireConnected() throws ClosedChannelException {
        requireOpen();
        InetSocketAddress to = remote;
        if (to == null) {
            throw new NotYetConnectedException();
        }
        return to;
    }

    // --- receiving

    @Override
    public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        in.take();
        try {
            requireOpen();
            return receiveFromAll(target, Side.FOREVER);
        } finally {
            in.give();
        }
    }

    private @Nullable InetSocketAddress receiveFromAll(ByteBuffer target, long nanos)
            throws IOException {
        UdpSocket from = bound();
        return receiveInto(from, target, nanos) == UdpSocket.NONE
                ? null
                : Station.address(from.sender(), from.senderPort());
    }

    /** Receives as a {@code DatagramSocket} does: of the peer alone if there is one, and for a bounded time. */
    @Nullable InetSocketAddress receive(ByteBuffer target, long nanos) throws IOException {
        in.take();
        try {
            requireOpen();
            InetSocketAddress peer = remote;
            if (peer == null) {
                return receiveFromAll(target, nanos);
            }
            return readFrom(peer, target, nanos) == UdpSocket.NONE ? null : peer;
        } finally {
            in.give();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        in.take();
        try {
            InetSocketAddress peer = requireConnected();
            return Math.max(readFrom(peer, target, Side.FOREVER), 0);
        } finally {
            in.give();
        }
    }

    /** Reads a datagram of the peer; what others had sent before it was connected is thrown away. */
    private int readFrom(InetSocketAddress peer, ByteBuffer target, long nanos) throws IOException {
        UdpSocket from = bound();
        IpAddress only = Station.ip(peer);
        while (true) {
            int before = target.position();
            int n = receiveInto(from, target, nanos);
            if (n == UdpSocket.NONE) {
                return n;
            }
            if (from.sender().equals(only) && from.senderPort() == peer.getPort()) {
                return n;
            }
            target.position(before);
        }
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        ByteBuffer whole = Buffers.roomFor(targets, offset, length);
        in.take();
        try {
            InetSocketAddress peer = requireConnected();
            int n = Math.max(readFrom(peer, whole, Side.FOREVER), 0);
            Buffers.scatter(whole.flip(), targets, offset, length);
            return n;
        } finally {
            in.give();
        }
    }

    private int receiveInto(UdpSocket from, ByteBuffer target, long nanos) throws IOException {
        if (!isBlocking()) {
            int n = receiveNow(from, target);
            if (n == UdpSocket.NONE && !isOpen()) {
                throw new AsynchronousCloseException();
            }
            return n;
        }
        int n = UdpSocket.NONE;
        boolean interruptible = beginWait();
        try {
            n = receiveNow(from, target);
            while (n == UdpSocket.NONE && isOpen()) {
                if (!in.await(() -> (from.ready() & Endpoint.READABLE) != 0 || !isOpen(), nanos)) {
                    throw new SocketTimeoutException("Receive timed out");
                }
                n = receiveNow(from, target);
            }
        } finally {
            endWait(interruptible, n != UdpSocket.NONE);
        }
        return n;
    }

    /** Begins to wait. Says whether an interrupt closes the channel from here on. */
    private boolean beginWait() {
        boolean interruptible = interrupts.count();
        if (interruptible) {
            begin();
        }
        return interruptible;
    }

    private void endWait(boolean interruptible, boolean done) throws AsynchronousCloseException {
        if (interruptible) {
            end(done);
        } else if (!done && !isOpen()) {
            throw new AsynchronousCloseException();
        }
    }

    private int receiveNow(UdpSocket from, ByteBuffer target) throws IOException {
        if (!gate.enter()) {
            return UdpSocket.NONE;
        }
        try {
            return from.receive(target);
        } catch (NetException e) {
            throw Failures.ofDatagrams(e);
        } finally {
            gate.leave();
        }
    }

    // --- sending

    @Override
    public int send(ByteBuffer source, SocketAddress target) throws IOException {
        InetSocketAddress to = Station.checkedPeer(target);
        out.take();
        try {
            requireOpen();
            InetSocketAddress peer = remote;
            if (peer != null && !peer.equals(to)) {
                throw new AlreadyConnectedException();
            }
            return sendTo(to, source);
        } finally {
            out.give();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        out.take();
        try {
            return sendTo(requireConnected(), source);
        } finally {
            out.give();
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        ByteBuffer whole = Buffers.gathered(sources, offset, length);
        out.take();
        try {
            int n = sendTo(requireConnected(), whole);
            if (n > 0) {
                for (int i = offset; i < offset + length; i++) {
                    sources[i].position(sources[i].limit());
                }
            }
            return n;
        } finally {
            out.give();
        }
    }

    private int sendTo(InetSocketAddress to, ByteBuffer source) throws IOException {
        UdpSocket from = bound();
        IpAddress address = Station.ip(to);
        if (address.isV4()
                && !options.maySendToAll()
                && station.stack().ip().addresses().isBroadcast(address.v4())) {
            // As on Linux (ip(7)): it must be asked for by SO_BROADCAST.
            throw new SocketException("Permission denied: " + to + " is all of a network");
        }
        int bytes = source.remaining();
        boolean sent = false;
        if (!isBlocking()) {
            sent = sendNow(from, source, address, to.getPort());
            if (!sent && !isOpen()) {
                throw new AsynchronousCloseException();
            }
            return sent ? bytes : 0;
        }
        boolean interruptible = beginWait();
        try {
            sent = sendNow(from, source, address, to.getPort());
            while (!sent && isOpen()) {
                boolean ignored = out.await(() -> from.fits(bytes) || !isOpen(), Side.FOREVER);
                assert ignored;
                sent = sendNow(from, source, address, to.getPort());
            }
        } finally {
            endWait(interruptible, sent);
        }
        return bytes;
    }

    private boolean sendNow(UdpSocket from, ByteBuffer source, IpAddress to, int port)
            throws IOException {
        if (!gate.enter()) {
            return false;
        }
        try {
            return from.send(source, to, port);
        } catch (NetException e) {
            throw Failures.ofDatagrams(e);
        } finally {
            gate.leave();
        }
    }

    // --- options

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, @Nullable T value)
            throws IOException {
        Options.requireSupported(DatagramOptions.ALL, name);
        requireOpen();
        options.set(name, value, socket);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        Options.requireSupported(DatagramOptions.ALL, name);
        requireOpen();
        return options.get(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return DatagramOptions.ALL;
    }

    @Override
    public DatagramSocket socket() {
        change.lock();
        try {
            if (shown == null) {
                shown = ShownDatagramSocket.of(this);
            }
            return shown;
        } finally {
            change.unlock();
        }
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface by) {
        // MulticastChannel: so says an implementation that has none. The stack speaks no IGMP.
        throw new UnsupportedOperationException("the stack joins no multicast groups");
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface by, InetAddress source) {
        // As without a source.
        throw new UnsupportedOperationException("the stack joins no multicast groups");
    }

    // --- readiness and end

    @Override
    public void becameReady(Endpoint endpoint, int what) {
        if ((what & Endpoint.READABLE) != 0) {
            in.wake();
        }
        if ((what & Endpoint.WRITABLE) != 0) {
            out.wake();
        }
        watchers.tell();
    }

    @Override
    public int readyOps() {
        UdpSocket at = socket;
        if (at == null) {
            // The first send binds it.
            return SelectionKey.OP_WRITE;
        }
        int ready = at.ready();
        return ((ready & Endpoint.READABLE) != 0 ? SelectionKey.OP_READ : 0)
                | ((ready & Endpoint.WRITABLE) != 0 ? SelectionKey.OP_WRITE : 0);
    }

    @Override
    public Watchers watchers() {
        return watchers;
    }

    @Override
    protected void implCloseSelectableChannel() {
        gate.close();
        in.wake();
        out.wake();
    }

    /** Nobody sends or receives any more. */
    private void release() {
        UdpSocket at = socket;
        if (at != null) {
            // In the row of what is asked for: who binds the port after this finds it free.
            station.stack().execute(at::closeNow);
        }
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // Each operation looks for itself.
    }

    @Override
    public String toString() {
        UdpSocket at = socket;
        return "StackDatagramChannel[" + (isOpen() ? at == null ? "unbound" : at : "closed") + "]";
    }
}
