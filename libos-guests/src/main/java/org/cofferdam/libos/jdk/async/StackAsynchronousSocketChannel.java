package org.cofferdam.libos.jdk.async;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.WritePendingException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.cofferdam.libos.jdk.channel.StackSocketChannel;
import org.jspecify.annotations.Nullable;

/** A stream whose operations end in handlers: see the package. */
public final class StackAsynchronousSocketChannel extends AsynchronousSocketChannel {
    private final StackSocketChannel channel;
    private final StackChannelGroup group;
    private final Operation connecting;
    private final Operation reading;
    private final Operation writing;

    /** Around a channel that blocks, of a group that is not shut down. */
    public StackAsynchronousSocketChannel(StackSocketChannel channel, StackChannelGroup group) {
        super(group.provider());
        this.channel = channel;
        this.group = group;
        this.connecting = new Operation(this, group, "connect");
        this.reading = new Operation(this, group, "read");
        this.writing = new Operation(this, group, "write");
    }

    /** Joins the group; the channel is closed if that was shut down. */
    public StackAsynchronousSocketChannel join() throws IOException {
        try {
            group.add(this);
            return this;
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void done(SocketChannel ignored) {
        assert ignored.provider() != null;
    }

    // --- state

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
    public AsynchronousSocketChannel bind(@Nullable SocketAddress local) throws IOException {
        done(channel.bind(local));
        return this;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        return channel.getRemoteAddress();
    }

    @Override
    public <T> AsynchronousSocketChannel setOption(SocketOption<T> name, @Nullable T value)
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

    @Override
    public AsynchronousSocketChannel shutdownInput() throws IOException {
        done(channel.shutdownInput());
        return this;
    }

    @Override
    public AsynchronousSocketChannel shutdownOutput() throws IOException {
        done(channel.shutdownOutput());
        return this;
    }

    // --- connecting

    private Callable<@Nullable Void> connection(SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        if (channel.isConnected()) {
            throw new AlreadyConnectedException();
        }
        return () -> {
            try {
                if (!channel.connect(remote)) {
                    throw new AsynchronousCloseException();
                }
                return null;
            } catch (IOException e) {
                // A connection that cannot be made closes its channel.
                close();
                throw e;
            }
        };
    }

    @Override
    public <A extends @Nullable Object> void connect(
            SocketAddress remote, A attachment, CompletionHandler<Void, ? super A> handler) {
        connecting.begin(ConnectionPendingException::new, connection(remote), attachment, handler);
    }

    @Override
    public Future<Void> connect(SocketAddress remote) {
        return connecting.begin(ConnectionPendingException::new, connection(remote));
    }

    // --- reading

    private ByteBuffer[] checked(ByteBuffer[] buffers, int offset, int length, boolean written) {
        Objects.checkFromIndexSize(offset, length, buffers.length);
        for (int i = offset; i < offset + length; i++) {
            if (written && buffers[i].isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
        }
        if (channel.isOpen() && !channel.isConnected()) {
            throw new NotYetConnectedException();
        }
        return buffers;
    }

    @Override
    public <A extends @Nullable Object> void read(
            ByteBuffer target,
            long timeout,
            TimeUnit unit,
            A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        ByteBuffer[] one = checked(new ByteBuffer[] {target}, 0, 1, true);
        long nanos = Operation.nanos(timeout, unit);
        reading.begin(
                ReadPendingException::new,
                () -> (int) channel.read(one, 0, 1, nanos),
                attachment,
                handler);
    }

    @Override
    public Future<Integer> read(ByteBuffer target) {
        ByteBuffer[] one = checked(new ByteBuffer[] {target}, 0, 1, true);
        return reading.begin(
                ReadPendingException::new, () -> (int) channel.read(one, 0, 1, Operation.FOREVER));
    }

    @Override
    public <A extends @Nullable Object> void read(
            ByteBuffer[] targets,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            A attachment,
            CompletionHandler<Long, ? super A> handler) {
        ByteBuffer[] all = checked(targets, offset, length, true);
        long nanos = Operation.nanos(timeout, unit);
        reading.begin(
                ReadPendingException::new,
                () -> channel.read(all, offset, length, nanos),
                attachment,
                handler);
    }

    // --- writing

    @Override
    public <A extends @Nullable Object> void write(
            ByteBuffer source,
            long timeout,
            TimeUnit unit,
            A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        ByteBuffer[] one = checked(new ByteBuffer[] {source}, 0, 1, false);
        long nanos = Operation.nanos(timeout, unit);
        writing.begin(
                WritePendingException::new,
                () -> (int) channel.write(one, 0, 1, nanos),
                attachment,
                handler);
    }

    @Override
    public Future<Integer> write(ByteBuffer source) {
        ByteBuffer[] one = checked(new ByteBuffer[] {source}, 0, 1, false);
        return writing.begin(
                WritePendingException::new,
                () -> (int) channel.write(one, 0, 1, Operation.FOREVER));
    }

    @Override
    public <A extends @Nullable Object> void write(
            ByteBuffer[] sources,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            A attachment,
            CompletionHandler<Long, ? super A> handler) {
        ByteBuffer[] all = checked(sources, offset, length, false);
        long nanos = Operation.nanos(timeout, unit);
        writing.begin(
                WritePendingException::new,
                () -> channel.write(all, offset, length, nanos),
                attachment,
                handler);
    }

    @Override
    public String toString() {
        return "StackAsynchronousSocketChannel[" + channel + "]";
    }
}
