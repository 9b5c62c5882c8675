package org.cofferdam.libos.jdk.async;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.cofferdam.libos.jdk.channel.StackServerSocketChannel;
import org.cofferdam.libos.jdk.channel.StackSocketChannel;
import org.jspecify.annotations.Nullable;

/** A listener whose accepting ends in handlers: see the package. */
public final class StackAsynchronousServerSocketChannel extends AsynchronousServerSocketChannel {
    private final StackServerSocketChannel channel;
    private final StackChannelGroup group;
    private final Operation accepting;

    /** Around a channel that blocks, of a group that is not shut down. */
    public StackAsynchronousServerSocketChannel(
            StackServerSocketChannel channel, StackChannelGroup group) {
        super(group.provider());
        this.channel = channel;
        this.group = group;
        this.accepting = new Operation(this, group, "accept");
    }

    /** Joins the group; the channel is closed if that was shut down. */
    public StackAsynchronousServerSocketChannel join() throws IOException {
        try {
            group.add(this);
            return this;
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void done(ServerSocketChannel ignored) {
        assert ignored.provider() != null;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        group.remove(this);
    }

    @Override
    public AsynchronousServerSocketChannel bind(@Nullable SocketAddress local, int backlog)
            throws IOException {
        done(channel.bind(local, backlog));
        return this;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public <T> AsynchronousServerSocketChannel setOption(SocketOption<T> name, @Nullable T value)
            throws IOException {
        done(channel.setOption(name, value));
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    private Callable<AsynchronousSocketChannel> acceptance() {
        if (channel.isOpen() && !channel.isBound()) {
            throw new NotYetBoundException();
        }
        return () -> {
            StackSocketChannel accepted = channel.accept(Operation.FOREVER);
            if (accepted == null) {
                throw new AsynchronousCloseException();
            }
            return new StackAsynchronousSocketChannel(accepted, group).join();
        };
    }

    @Override
    public <A extends @Nullable Object> void accept(
            A attachment, CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        accepting.begin(AcceptPendingException::new, acceptance(), attachment, handler);
    }

    @Override
    public Future<AsynchronousSocketChannel> accept() {
        return accepting.begin(AcceptPendingException::new, acceptance());
    }

    @Override
    public String toString() {
        return "StackAsynchronousServerSocketChannel[" + channel + "]";
    }
}
