package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A stream channel as a {@code Socket}. */
final class ShownSocket extends Socket {
    private final StackSocketChannel channel;
    private volatile int timeoutMillis;

    private ShownSocket(StackSocketChannel channel) throws SocketException {
        super(new ShownSocketImpl());
        this.channel = channel;
    }

    static Socket of(StackSocketChannel channel) {
        try {
            return new ShownSocket(channel);
        } catch (SocketException e) {
            // Declared for constructors that connect.
            throw new IllegalStateException(e);
        }
    }

    static SocketException asSocketException(IOException e) {
        if (e instanceof SocketException already) {
            return already;
        }
        String message = e instanceof ClosedChannelException ? "Socket is closed" : e.getMessage();
        SocketException shown = new SocketException(message);
        shown.initCause(e);
        return shown;
    }

    private static void done(SocketChannel ignored) {
        assert ignored.provider() != null;
    }

    // --- connecting

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        done(channel.bind(local));
    }

    @Override
    public void connect(SocketAddress to) throws IOException {
        connect(to, 0);
    }

    @Override
    public void connect(SocketAddress to, int timeout) throws IOException {
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        requireBlocking();
        boolean connected = channel.connect(to, nanos(timeout));
        if (!connected) {
            throw new SocketException("Socket is closed");
        }
    }

    private static long nanos(int millis) {
        return millis == 0 ? Side.FOREVER : TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void requireBlocking() {
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    // --- addresses

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress remote = channel.remoteAddress();
        return remote == null ? null : remote.getAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        InetSocketAddress local = channel.localAddress();
        return local == null || !channel.isOpen()
                ? new InetSocketAddress(0).getAddress()
                : local.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress remote = channel.remoteAddress();
        return remote == null ? 0 : remote.getPort();
    }

    @Override
    public int getLocalPort() {
        InetSocketAddress local = channel.localAddress();
        return local == null ? -1 : local.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.remoteAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        InetSocketAddress local = channel.localAddress();
        return local == null ? null : new InetSocketAddress(getLocalAddress(), local.getPort());
    }

    // --- bytes

    @Override
    public InputStream getInputStream() throws IOException {
        requireConnected();
        return new Input();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        requireConnected();
        if (channel.isOutputShut()) {
            throw new SocketException("Socket output is shutdown");
        }
        return Channels.newOutputStream(channel);
    }

    private void requireConnected() throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        if (!channel.isConnected()) {
            throw new SocketException("Socket is not connected");
        }
        requireBlocking();
    }

    /** Reads with the socket's timeout. */
    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            requireBlocking();
            ByteBuffer[] buffers = {ByteBuffer.wrap(target, offset, length)};
            return (int) channel.read(buffers, 0, 1, nanos(timeoutMillis));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        done(channel.shutdownInput());
    }

    @Override
    public void shutdownOutput() throws IOException {
        done(channel.shutdownOutput());
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        throw new SocketException("the stack sends no urgent data");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // --- state

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

    // --- options

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        timeoutMillis = timeout;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        set(StandardSocketOptions.TCP_NODELAY, on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return get(StandardSocketOptions.TCP_NODELAY);
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        set(StandardSocketOptions.SO_KEEPALIVE, on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return get(StandardSocketOptions.SO_KEEPALIVE);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        set(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return get(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        set(StandardSocketOptions.SO_LINGER, on ? seconds : -1);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return get(StandardSocketOptions.SO_LINGER);
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        set(StandardSocketOptions.SO_SNDBUF, size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        set(StandardSocketOptions.SO_RCVBUF, size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setTrafficClass(int trafficClass) {
        if (trafficClass < 0 || trafficClass > 255) {
            throw new IllegalArgumentException("tc is not in range 0 -- 255");
        }
        // The API allows that it is ignored.
    }

    @Override
    public int getTrafficClass() {
        return 0;
    }

    private <T> void set(SocketOption<T> name, T value) throws SocketException {
        try {
            done(channel.setOption(name, value));
        } catch (IOException e) {
            throw asSocketException(e);
        }
    }

    private <T> T get(SocketOption<T> name) throws SocketException {
        try {
            return channel.getOption(name);
        } catch (IOException e) {
            throw asSocketException(e);
        }
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
        done(channel.setOption(name, value));
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public String toString() {
        return "Socket[" + channel + "]";
    }
}
