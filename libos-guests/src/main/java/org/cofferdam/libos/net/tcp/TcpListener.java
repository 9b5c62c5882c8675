package org.cofferdam.libos.net.tcp;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofferdam.libos.net.socket.Endpoint;
import org.cofferdam.libos.net.socket.Requests;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A port that connections come to. Made by {@link TcpLayer#listen}. {@link #accept} and {@link #close} may be called by any
 * thread; connections beyond the backlog are not completed, and their peers try again.
 */
public final class TcpListener extends Endpoint {
    private static final int CLOSE = 1;

    /** Handshakes under way; the layer's. */
    int halfOpen;

    long cookieSentAt;
    boolean cookiesSent;

    private final TcpLayer layer;
    private final IpAddress address;
    private final int port;
    private final int backlog;
    private final int receiveBytes;
    private final ConcurrentLinkedQueue<TcpConnection> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    TcpListener(
            Requests requests,
            TcpLayer layer,
            IpAddress address,
            int port,
            int backlog,
            int receiveBytes) {
        super(requests);
        this.layer = layer;
        this.address = address;
        this.port = port;
        this.backlog = backlog;
        this.receiveBytes = receiveBytes;
    }

    /** The address that it listens on; "any" of either family means all of both. */
    public IpAddress address() {
        return address;
    }

    public int port() {
        return port;
    }

    int receiveBytes() {
        return receiveBytes;
    }

    boolean isFor(long high, long low) {
        return address.isAny() || (address.high() == high && address.low() == low);
    }

    boolean isFull() {
        return count.get() >= backlog;
    }

    void arrived(TcpConnection connection) {
        count.incrementAndGet();
        waiting.add(connection);
        tell(ACCEPTABLE);
    }

    /** The connection that has waited longest, or null if none waits. Any thread. */
    public @Nullable TcpConnection accept() {
        TcpConnection connection = waiting.poll();
        if (connection != null) {
            count.decrementAndGet();
        }
        return connection;
    }

    @Override
    public int ready() {
        return waiting.isEmpty() ? 0 : ACCEPTABLE;
    }

    /** Listens no more; connections that nobody has accepted are reset. Any thread. */
    public void close() {
        ask(CLOSE);
    }

    @Override
    protected void serve(int bits, long now) {
        closeNow();
    }

    /** The same at once: who listens on the port after this finds it free. The stack's thread. */
    public void closeNow() {
        layer.stopListening(this);
        TcpConnection connection;
        while ((connection = accept()) != null) {
            connection.abort();
        }
    }
}
