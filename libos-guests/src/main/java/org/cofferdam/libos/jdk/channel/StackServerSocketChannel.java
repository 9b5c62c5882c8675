package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.cofferdam.libos.jdk.select.Pollable;
import org.cofferdam.libos.jdk.select.Watchers;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.socket.ReadinessListener;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.jspecify.annotations.Nullable;

/** A port of the stack that connections come to. */
public final class StackServerSocketChannel extends ServerSocketChannel
        implements Pollable, ReadinessListener {
    /** What the API leaves open: how many wait when nobody says. */
    private static final int USUAL_BACKLOG = 50;

    static final Set<SocketOption<?>> OPTIONS =
            Set.of(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_REUSEADDR);

    private final Station station;
    private final Interrupts interrupts;
    private final Side side = new Side();
    private final Watchers watchers = new Watchers();
    private final ReentrantLock change = new ReentrantLock();

    // Under the lock; read by any thread.
    private volatile @Nullable TcpListener listener;
    private volatile int receiveBytes;
    private volatile boolean reuse = true;
    private @Nullable ServerSocket shown;

    /** A channel that is not bound. */
    public StackServerSocketChannel(SelectorProvider provider, Station station) {
        this(provider, station, Interrupts.OF_ALL_THREADS);
    }

    /** The same; {@code interrupts} says whose interrupt closes it, and what it accepts. */
    StackServerSocketChannel(SelectorProvider provider, Station station, Interrupts interrupts) {
        super(provider);
        this.station = station;
        this.interrupts = interrupts;
    }

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        InetSocketAddress address = Station.checkedLocal(local);
        change.lock();
        try {
            requireOpen();
            if (listener != null) {
                throw new AlreadyBoundException();
            }
            TcpListener made =
                    station.call(
                            () ->
                                    station.stack()
                                            .tcp()
                                            .listen(
                                                    Station.ip(address),
                                                    address.getPort(),
                                                    backlog > 0 ? backlog : USUAL_BACKLOG,
                                                    receiveBytes));
            made.listen(this);
            listener = made;
            if (!isOpen()) {
                // Closed while it was made, by a thread that saw none.
                release(made);
                throw new ClosedChannelException();
            }
            watchers.tell();
        } catch (NetException e) {
            throw Failures.ofStream(e);
        } finally {
            change.unlock();
        }
        return this;
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        return accept(Side.FOREVER);
    }

    /** The same for a bounded time in nanoseconds, when it blocks; a {@code SocketTimeoutException} ends it then. */
    public @Nullable StackSocketChannel accept(long nanos) throws IOException {
        side.take();
        try {
            requireOpen();
            TcpListener from = listener;
            if (from == null) {
                throw new NotYetBoundException();
            }
            TcpConnection connection = null;
            if (isBlocking()) {
                boolean interruptible = interrupts.count();
                if (interruptible) {
                    begin();
                }
                try {
                    while ((connection = from.accept()) == null && isOpen()) {
                        if (!side.await(() -> from.ready() != 0 || !isOpen(), nanos)) {
                            throw new SocketTimeoutException("Accept timed out");
                        }
                    }
                } finally {
                    if (interruptible) {
                        end(connection != null);
                    }
                }
                if (connection == null) {
                    throw new AsynchronousCloseException();
                }
            } else {
                connection = from.accept();
            }
            return connection == null
                    ? null
                    : new StackSocketChannel(provider(), station, interrupts, connection);
        } finally {
            side.give();
        }
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        requireOpen();
        return localAddress();
    }

    /** Whether it listens. */
    public boolean isBound() {
        return listener != null;
    }

    @Nullable InetSocketAddress localAddress() {
        TcpListener at = listener;
        return at == null ? null : Station.address(at.address(), at.port());
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, @Nullable T value)
            throws IOException {
        Options.requireSupported(OPTIONS, name);
        requireOpen();
        if (name.equals(StandardSocketOptions.SO_RCVBUF)) {
            receiveBytes = Options.positive(name, (Integer) value);
        } else {
            reuse = (Boolean) requireNonNull(value);
        }
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // each option's type is in its name
    public <T> T getOption(SocketOption<T> name) throws IOException {
        Options.requireSupported(OPTIONS, name);
        requireOpen();
        if (name.equals(StandardSocketOptions.SO_RCVBUF)) {
            return (T)
                    (Object) (receiveBytes == 0 ? StackSocketChannel.USUAL_BUFFER : receiveBytes);
        }
        return (T) (Object) reuse;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return OPTIONS;
    }

    @Override
    public ServerSocket socket() {
        change.lock();
        try {
            if (shown == null) {
                shown = ShownServerSocket.of(this);
            }
            return shown;
        } finally {
            change.unlock();
        }
    }

    @Override
    public void becameReady(Endpoint endpoint, int what) {
        side.wake();
        watchers.tell();
    }

    @Override
    public int readyOps() {
        TcpListener from = listener;
        return from != null && from.ready() != 0 ? SelectionKey.OP_ACCEPT : 0;
    }

    @Override
    public Watchers watchers() {
        return watchers;
    }

    @Override
    protected void implCloseSelectableChannel() {
        side.wake();
        TcpListener made = listener;
        if (made != null) {
            release(made);
        }
    }

    private void release(TcpListener made) {
        // In the row of what is asked for: who binds the port after this finds it free.
        station.stack().execute(made::closeNow);
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // Each operation looks for itself.
    }

    @Override
    public String toString() {
        return "StackServerSocketChannel[" + (isOpen() ? localAddress() : "closed") + "]";
    }
}
