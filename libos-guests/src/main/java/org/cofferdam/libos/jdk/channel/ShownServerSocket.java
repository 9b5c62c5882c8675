package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A listening channel as a {@code ServerSocket}. Its state is the channel's; the rest is as in any server socket of the
 * stack.
 */
final class ShownServerSocket extends ServerSocket {
    private final StackServerSocketChannel channel;
    private final StackServerSocketImpl impl;

    private ShownServerSocket(StackServerSocketChannel channel, StackServerSocketImpl impl) {
        super(impl);
        this.channel = channel;
        this.impl = impl;
    }

    static ServerSocket of(StackServerSocketChannel channel) {
        return new ShownServerSocket(channel, new StackServerSocketImpl(channel));
    }

    @Override
    public void bind(@Nullable SocketAddress endpoint, int backlog) throws IOException {
        ServerSocketChannel ignored = channel.bind(endpoint, backlog);
        assert ignored.equals(channel);
    }

    @Override
    public Socket accept() throws IOException {
        return impl.accepted().socket();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public ServerSocketChannel getChannel() {
        return channel;
    }

    @Override
    public boolean isBound() {
        return channel.localAddress() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }
}
