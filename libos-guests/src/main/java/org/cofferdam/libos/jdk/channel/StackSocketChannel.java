package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.cofferdam.libos.jdk.select.Pollable;
import org.cofferdam.libos.jdk.select.Watchers;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetError;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.socket.ReadinessListener;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.jspecify.annotations.Nullable;

/** A TCP connection of the stack. */
public final class StackSocketChannel extends SocketChannel implements Pollable, ReadinessListener {
    /** What a buffer has when nobody says: see the stack's settings. */
    static final int USUAL_BUFFER = 256 << 10;

    private enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED
    }

    private final Station station;
    private final Interrupts interrupts;
    private final TcpConnection connection;
    private final StreamOptions options;
    private final Side in = new Side();
    private final Side out = new Side();
    private final StreamEnds ends;
    private final Watchers watchers = new Watchers();
    private final ReentrantLock showing = new ReentrantLock();
    private @Nullable Socket shown;

    // Changed by who has both sides' turns; read by any thread.
    private volatile State state;
    private volatile @Nullable InetSocketAddress local;
    private volatile @Nullable InetSocketAddress remote;

    /** A channel that is not connected. */
    public StackSocketChannel(SelectorProvider provider, Station station) {
        this(provider, station, Interrupts.OF_ALL_THREADS);
    }

    /** The same; {@code interrupts} says whose interrupt closes it. */
    StackSocketChannel(SelectorProvider provider, Station station, Interrupts interrupts) {
        this(provider, station, interrupts, station.stack().tcp().open(), State.UNCONNECTED);
    }

    /** One that was accepted. */
    StackSocketChannel(
            SelectorProvider provider,
            Station station,
            Interrupts interrupts,
            TcpConnection accepted) {
        this(provider, station, interrupts, accepted, State.CONNECTED);
        local = Station.address(accepted.localAddress(), accepted.localPort());
        remote = Station.address(accepted.remoteAddress(), accepted.remotePort());
    }

    private StackSocketChannel(
            SelectorProvider provider,
            Station station,
            Interrupts interrupts,
            TcpConnection connection,
            State state) {
        super(provider);
        this.station = station;
        this.interrupts = interrupts;
        this.connection = connection;
        this.state = state;
        this.options = new StreamOptions(connection);
        this.ends = new StreamEnds(connection, this::release);
        connection.listen(this);
    }

    // --- addresses and options

    @Override
    public SocketChannel bind(@Nullable SocketAddress wanted) throws IOException {
        InetSocketAddress address = Station.checkedLocal(wanted);
        in.take();
        out.take();
        try {
            requireOpen();
            if (state == State.PENDING) {
                throw new ConnectionPendingException();
            }
            if (local != null) {
                throw new AlreadyBoundException();
            }
            station.run(() -> connection.bind(Station.ip(address), address.getPort()));
            local = new InetSocketAddress(address.getAddress(), connection.localPort());
        } catch (NetException e) {
            throw Failures.ofStream(e);
        } finally {
            out.give();
            in.give();
        }
        return this;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        requireOpen();
        return local;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        requireOpen();
        return remoteAddress();
    }

    @Nullable InetSocketAddress localAddress() {
        return local;
    }

    @Nullable InetSocketAddress remoteAddress() {
        return state == State.CONNECTED ? remote : null;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, @Nullable T value) throws IOException {
        StreamOptions.requireSupported(name);
        requireOpen();
        options.set(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        StreamOptions.requireSupported(name);
        requireOpen();
        return options.get(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return options();
    }

    /** The options that every stream has. */
    public static Set<SocketOption<?>> options() {
        return StreamOptions.ALL;
    }

    @Override
    public Socket socket() {
        showing.lock();
        try {
            if (shown == null) {
                shown = ShownSocket.of(this);
            }
            return shown;
        } finally {
            showing.unlock();
        }
    }

    // --- connecting

    @Override
    public boolean connect(SocketAddress to) throws IOException {
        return connect(to, Side.FOREVER);
    }

    /** The same for a bounded time, when it blocks; after it the channel is closed. */
    boolean connect(SocketAddress to, long nanos) throws IOException {
        InetSocketAddress address = Station.checkedPeer(to);
        in.take();
        out.take();
        try {
            requireOpen();
            switch (state) {
                case CONNECTED -> throw new AlreadyConnectedException();
                case PENDING -> throw new ConnectionPendingException();
                case UNCONNECTED -> {
                    // Goes on.
                }
            }
            return closingIfItFails(
                    () -> {
                        remote = address;
                        state = State.PENDING;
                        station.run(
                                () -> connection.connect(Station.ip(address), address.getPort()));
                        return isBlocking() && awaitConnection(nanos);
                    });
        } finally {
            out.give();
            in.give();
        }
    }

    @Override
    public boolean finishConnect() throws IOException {
        in.take();
        out.take();
        try {
            requireOpen();
            if (state == State.UNCONNECTED) {
                throw new NoConnectionPendingException();
            }
            if (state == State.CONNECTED) {
                return true;
            }
            return closingIfItFails(
                    () -> {
                        if (isBlocking()) {
                            return awaitConnection(Side.FOREVER);
                        }
                        return hasCome() && conclude();
                    });
        } finally {
            out.give();
            in.give();
        }
    }

    private interface Attempt {
        boolean run() throws IOException;
    }

    private boolean closingIfItFails(Attempt attempt) throws IOException {
        try {
            return attempt.run();
        } catch (NetException e) {
            close();
            throw Failures.ofStream(e);
        } catch (IOException e) {
            close();
            throw e;
        } catch (IllegalStateException e) {
            if (isOpen()) {
                throw e;
            }
            // Closed by another thread before the stack came to it.
            throw new AsynchronousCloseException();
        }
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

    private boolean hasCome() {
        return (connection.ready() & Endpoint.CONNECTABLE) != 0;
    }

    private boolean awaitConnection(long nanos) throws IOException {
        boolean done = false;
        boolean interruptible = beginWait();
        try {
            if (!in.await(() -> hasCome() || !isOpen(), nanos)) {
                throw new SocketTimeoutException("Connect timed out");
            }
            done = isOpen() && conclude();
        } finally {
            endWait(interruptible, done);
        }
        return done;
    }

    private boolean conclude() throws NetException {
        NetError error = connection.error();
        if (error != null) {
            throw new NetException(error, remote + "");
        }
        local = Station.address(connection.localAddress(), connection.localPort());
        state = State.CONNECTED;
        watchers.tell();
        return true;
    }

    @Override
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    @Override
    public boolean isConnectionPending() {
        return state == State.PENDING;
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void requireConnected() throws ClosedChannelException {
        requireOpen();
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    // --- reading

    @Override
    public int read(ByteBuffer target) throws IOException {
        return (int) read(new ByteBuffer[] {target}, 0, 1, Side.FOREVER);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return read(targets, offset, length, Side.FOREVER);
    }

    /** The same for a bounded time in nanoseconds, when it blocks; a {@code SocketTimeoutException} ends it then. */
    public long read(ByteBuffer[] targets, int offset, int length, long nanos) throws IOException {
        long wanted = Buffers.writable(targets, offset, length);
        in.take();
        try {
            requireConnected();
            if (ends.isInputShut()) {
                return -1;
            }
            if (wanted == 0) {
                return 0;
            }
            if (!isBlocking()) {
                long n = ends.read(targets, offset, length);
                if (n == 0 && !isOpen()) {
                    throw new AsynchronousCloseException();
                }
                return n;
            }
            // What is there, a socket's thread gets although it has an interrupt.
            long n =
                    interrupts == Interrupts.OF_ALL_THREADS
                            ? 0
                            : ends.read(targets, offset, length);
            if (n != 0) {
                return n;
            }
            boolean interruptible = beginWait();
            try {
                n = ends.read(targets, offset, length);
                while (n == 0 && isOpen()) {
                    if (!in.await(() -> ends.canBeRead() || !isOpen(), nanos)) {
                        throw new SocketTimeoutException("Read timed out");
                    }
                    n = ends.read(targets, offset, length);
                }
            } finally {
                endWait(interruptible, n != 0);
            }
            return n;
        } finally {
            in.give();
        }
    }

    // --- writing

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return write(sources, offset, length, Side.FOREVER);
    }

    /**
     * The same for a bounded time in nanoseconds, when it blocks: when it is over with something written, that is the
     * result; else a {@code SocketTimeoutException} ends it.
     */
    public long write(ByteBuffer[] sources, int offset, int length, long nanos) throws IOException {
        long wanted = Buffers.readable(sources, offset, length);
        out.take();
        try {
            requireConnected();
            if (ends.isOutputShut()) {
                throw new ClosedChannelException();
            }
            if (wanted == 0) {
                return 0;
            }
            if (!isBlocking()) {
                long n = ends.write(sources, offset, length);
                if (n == 0 && !isOpen()) {
                    throw new AsynchronousCloseException();
                }
                return n;
            }
            long n = 0;
            boolean interruptible = beginWait();
            try {
                n = ends.write(sources, offset, length);
                while (n < wanted && isOpen() && !ends.isOutputShut()) {
                    if (!out.await(() -> ends.canBeWritten() || !isOpen(), nanos)) {
                        if (n > 0) {
                            return n;
                        }
                        throw new SocketTimeoutException("Write timed out");
                    }
                    n += ends.write(sources, offset, length);
                }
            } finally {
                endWait(interruptible, n > 0);
            }
            if (n == 0) {
                throw new AsynchronousCloseException();
            }
            return n;
        } finally {
            out.give();
        }
    }

    // --- ending

    @Override
    public SocketChannel shutdownInput() throws IOException {
        requireConnected();
        ends.shutInput();
        in.wake();
        watchers.tell();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        requireConnected();
        ends.shutOutput();
        out.wake();
        watchers.tell();
        return this;
    }

    /** Bytes that a read would give without waiting. */
    int available() {
        return ends.available();
    }

    boolean isInputShut() {
        return ends.isInputShut();
    }

    boolean isOutputShut() {
        return ends.isOutputShut();
    }

    @Override
    protected void implCloseSelectableChannel() {
        ends.close();
        in.wake();
        out.wake();
    }

    /** Nobody reads or writes any more. */
    private void release() {
        if (options.lingersNot()) {
            connection.abort();
        } else {
            connection.close();
        }
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // Each operation looks for itself.
    }

    // --- readiness

    @Override
    public void becameReady(Endpoint endpoint, int what) {
        if ((what & (Endpoint.READABLE | Endpoint.CONNECTABLE)) != 0) {
            in.wake();
        }
        if ((what & Endpoint.WRITABLE) != 0) {
            out.wake();
        }
        watchers.tell();
    }

    @Override
    public int readyOps() {
        int ready = connection.ready();
        return switch (state) {
            case UNCONNECTED -> 0;
            case PENDING -> (ready & Endpoint.CONNECTABLE) != 0 ? SelectionKey.OP_CONNECT : 0;
            case CONNECTED ->
                    ((ready & Endpoint.READABLE) != 0 ? SelectionKey.OP_READ : 0)
                            | ((ready & Endpoint.WRITABLE) != 0 ? SelectionKey.OP_WRITE : 0);
        };
    }

    @Override
    public Watchers watchers() {
        return watchers;
    }

    @Override
    public String toString() {
        return "StackSocketChannel[" + (isOpen() ? state + " " + connection : "closed") + "]";
    }
}
