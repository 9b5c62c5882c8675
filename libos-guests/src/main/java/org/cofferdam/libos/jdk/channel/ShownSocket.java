package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A stream channel as a {@code Socket}. Its state is the channel's, whoever changes it; the rest is as in any socket of the
 * stack.
 */
final class ShownSocket extends Socket {
    private final StackSocketChannel channel;
    private final StackSocketImpl impl;

    private ShownSocket(StackSocketChannel channel, StackSocketImpl impl) throws SocketException {
        super(impl);
        this.channel = channel;
        this.impl = impl;
    }

    static Socket of(StackSocketChannel channel) {
        try {
            return new ShownSocket(channel, new StackSocketImpl(channel));
        } catch (SocketException e) {
            // Declared for constructors that connect.
            throw new IllegalStateException(e);
        }
    }

    private static void done(SocketChannel ignored) {
        assert ignored.provider() != null;
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        done(channel.bind(local));
    }

    @Override
    public void connect(SocketAddress to, int timeout) throws IOException {
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
        if (isConnected()) {
            throw new SocketException("Already connected");
        }
        impl.connect(to, timeout);
    }

    @Override
    public InputStream getInputStream() throws IOException {
        requireConnected();
        if (isInputShutdown()) {
            throw new SocketException("Socket input is shutdown");
        }
        return impl.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        requireConnected();
        if (isOutputShutdown()) {
            throw new SocketException("Socket output is shutdown");
        }
        return impl.getOutputStream();
    }

    private void requireConnected() throws SocketException {
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
        if (!isConnected()) {
            throw new SocketException("Socket is not connected");
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        requireConnected();
        impl.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        requireConnected();
        impl.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public SocketChannel getChannel() {
        return channel;
    }

    @Override
    public boolean isConnected() {
        return channel.isConnected();
    }

    @Override
    public boolean isBound() {
        return channel.localAddress() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public boolean isInputShutdown() {
        return channel.isInputShut();
    }

    @Override
    public boolean isOutputShutdown() {
        return channel.isOutputShut();
    }
}
