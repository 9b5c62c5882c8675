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
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link java.net.Socket} of the stack works through: a stream channel. It makes one of its own, or shows one that
 * is there. Any thread; the channel keeps the threads apart.
 */
public final class StackSocketImpl extends SocketImpl {
    private interface Opening {
        StackSocketChannel open() throws IOException;
    }

    private final Opening opening;
    private final SocketTimeouts timeouts = new SocketTimeouts();
    private volatile @Nullable StackSocketChannel channel;

    /** For a socket that the program makes; its stack is asked for when it is needed. */
    public StackSocketImpl(SelectorProvider provider, StationSource source) {
        opening =
                () ->
                        new StackSocketChannel(
                                provider, source.station(), Interrupts.OF_VIRTUAL_THREADS);
    }

    /** For the socket that a channel shows. */
    StackSocketImpl(StackSocketChannel shown) {
        opening = () -> shown;
        channel = shown;
    }

    /** Takes a connection that was accepted. */
    void take(StackSocketChannel accepted) {
        channel = accepted;
    }

    private StackSocketChannel made() throws SocketException {
        StackSocketChannel now = channel;
        if (now == null) {
            throw new SocketException("the socket was not created");
        }
        return now;
    }

    private StackSocketChannel blocking() throws SocketException {
        StackSocketChannel now = made();
        if (!now.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        return now;
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) {
            throw new SocketException("datagrams are for DatagramSocket");
        }
        if (channel == null) {
            channel = opening.open();
        }
    }

    // --- connecting

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        connect(new InetSocketAddress(address, port), 0);
    }

    @Override
    protected void connect(SocketAddress address, int timeout) throws IOException {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new IllegalArgumentException("Unsupported address type");
        }
        if (internet.isUnresolved()) {
            throw new UnknownHostException(internet.getHostName());
        }
        try {
            if (!blocking().connect(address, SocketTimeouts.nanos(timeout))) {
                throw new SocketException("Socket closed");
            }
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        try {
            done(made().bind(new InetSocketAddress(host, port)));
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    private static void done(SocketChannel ignored) {
        assert ignored.provider() != null;
    }

    @Override
    protected void listen(int backlog) throws IOException {
        throw new SocketException("this socket connects; a ServerSocket listens");
    }

    @Override
    protected void accept(SocketImpl socket) throws IOException {
        throw new SocketException("this socket connects; a ServerSocket accepts");
    }

    // --- addresses

    @Override
    protected @Nullable InetAddress getInetAddress() {
        StackSocketChannel now = channel;
        InetSocketAddress remote = now == null ? null : now.remoteAddress();
        return remote == null ? null : remote.getAddress();
    }

    @Override
    protected int getPort() {
        StackSocketChannel now = channel;
        InetSocketAddress remote = now == null ? null : now.remoteAddress();
        return remote == null ? 0 : remote.getPort();
    }

    @Override
    protected int getLocalPort() {
        StackSocketChannel now = channel;
        InetSocketAddress local = now == null ? null : now.localAddress();
        return local == null ? 0 : local.getPort();
    }

    // --- bytes

    @Override
    protected InputStream getInputStream() throws IOException {
        return new Input(blocking());
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        return new Output(blocking());
    }

    /** Reads with the socket's timeout. */
    private final class Input extends InputStream {
        private final StackSocketChannel from;

        Input(StackSocketChannel from) {
            this.from = from;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            ByteBuffer[] buffers = {ByteBuffer.wrap(target, offset, length)};
            try {
                return (int) blocking().read(buffers, 0, 1, timeouts.nanos());
            } catch (IOException e) {
                throw Failures.ofSocket(e);
            }
        }

        @Override
        public int available() throws IOException {
            if (!from.isOpen()) {
                throw new SocketException("Socket closed");
            }
            return from.available();
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }

    private final class Output extends OutputStream {
        private final StackSocketChannel to;

        Output(StackSocketChannel to) {
            this.to = to;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
            try {
                // Once round, unless the channel is closed half-way: then the next call says so.
                while (bytes.hasRemaining()) {
                    int written = blocking().write(bytes);
                    assert written > 0;
                }
            } catch (IOException e) {
                throw Failures.ofSocket(e);
            }
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }

    @Override
    protected int available() throws IOException {
        return made().available();
    }

    @Override
    protected void shutdownInput() throws IOException {
        try {
            done(made().shutdownInput());
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    @Override
    protected void shutdownOutput() throws IOException {
        try {
            done(made().shutdownOutput());
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw new SocketException("the stack sends no urgent data");
    }

    @Override
    protected void close() throws IOException {
        StackSocketChannel now = channel;
        if (now != null) {
            now.close();
        }
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
        StackSocketChannel now = made();
        InetSocketAddress local = now.localAddress();
        return switch (option) {
            case SO_TIMEOUT -> timeouts.millis();
            case SO_BINDADDR ->
                    local == null || !now.isOpen()
                            ? new InetSocketAddress(0).getAddress()
                            : local.getAddress();
            default -> SocketOptionNumbers.get(option, now::getOption);
        };
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        done(made().setOption(name, value));
    }

    @Override
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        return made().getOption(name);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return StreamOptions.ALL;
    }
}
