package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link java.net.ServerSocket} of the stack works through: a listening channel of its own, or one that is there.
 * Any thread.
 */
public final class StackServerSocketImpl extends SocketImpl {
    private interface Opening {
        StackServerSocketChannel open() throws IOException;
    }

    private final Opening opening;
    private final SocketTimeouts timeouts = new SocketTimeouts();
    private volatile @Nullable StackServerSocketChannel channel;

    /** What {@link #bind} said and {@link #listen} does; both are called by one thread, one after the other. */
    private @Nullable InetSocketAddress wanted;

    /** For a socket that the program makes; its stack is asked for when it is needed. */
    public StackServerSocketImpl(SelectorProvider provider, StationSource source) {
        opening =
                () ->
                        new StackServerSocketChannel(
                                provider, source.station(), Interrupts.OF_VIRTUAL_THREADS);
    }

    /** For the socket that a channel shows. */
    StackServerSocketImpl(StackServerSocketChannel shown) {
        opening = () -> shown;
        channel = shown;
    }

    private StackServerSocketChannel made() throws SocketException {
        StackServerSocketChannel now = channel;
        if (now == null) {
            throw new SocketException("the socket was not created");
        }
        return now;
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (channel == null) {
            channel = opening.open();
        }
    }

    @Override
    protected void bind(InetAddress host, int port) {
        wanted = new InetSocketAddress(host, port);
    }

    @Override
    protected void listen(int backlog) throws IOException {
        try {
            ServerSocketChannel ignored = made().bind(wanted, backlog);
            assert ignored.equals(channel);
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    @Override
    protected void accept(SocketImpl socket) throws IOException {
        if (!(socket instanceof StackSocketImpl ours)) {
            throw new SocketException(
                    "a socket of the stack accepts for sockets of the stack only");
        }
        ours.take(accepted());
    }

    StackSocketChannel accepted() throws IOException {
        StackServerSocketChannel from = made();
        if (!from.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        try {
            StackSocketChannel accepted = from.accept(timeouts.nanos());
            if (accepted == null) {
                throw new SocketException("Socket closed");
            }
            return accepted;
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    @Override
    protected @Nullable InetAddress getInetAddress() {
        InetSocketAddress local = localAddress();
        return local == null ? null : local.getAddress();
    }

    @Override
    protected int getLocalPort() {
        InetSocketAddress local = localAddress();
        return local == null ? -1 : local.getPort();
    }

    private @Nullable InetSocketAddress localAddress() {
        StackServerSocketChannel now = channel;
        return now == null ? null : now.localAddress();
    }

    @Override
    protected void close() throws IOException {
        StackServerSocketChannel now = channel;
        if (now != null) {
            now.close();
        }
    }

    // --- what a listening socket has not

    private static SocketException listens() {
        return new SocketException("this socket listens; a Socket connects");
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        throw listens();
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        throw listens();
    }

    @Override
    protected void connect(SocketAddress address, int timeout) throws IOException {
        throw listens();
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        throw listens();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        throw listens();
    }

    @Override
    protected int available() throws IOException {
        throw listens();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw listens();
    }

    // --- options

    @Override
    public void setOption(int option, @Nullable Object value) throws SocketException {
        if (!timeouts.set(option, value)) {
            SocketOptionNumbers.set(option, value, made()::setOption);
        }
    }

    @Override
    public @Nullable Object getOption(int option) throws SocketException {
        return option == SO_TIMEOUT
                ? timeouts.millis()
                : SocketOptionNumbers.get(option, made()::getOption);
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        ServerSocketChannel ignored = made().setOption(name, value);
        assert ignored.equals(channel);
    }

    @Override
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        return made().getOption(name);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return StackServerSocketChannel.OPTIONS;
    }
}
