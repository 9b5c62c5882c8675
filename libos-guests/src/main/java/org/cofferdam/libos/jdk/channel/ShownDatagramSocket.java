package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * A datagram channel as a {@code DatagramSocket}. Its state is the channel's, whoever changes it; options are as in any
 * datagram socket of the stack.
 */
final class ShownDatagramSocket extends DatagramSocket {
    private final StackDatagramChannel channel;
    private final StackDatagramSocketImpl impl;

    private ShownDatagramSocket(StackDatagramChannel channel, StackDatagramSocketImpl impl) {
        super(impl);
        this.channel = channel;
        this.impl = impl;
    }

    static DatagramSocket of(StackDatagramChannel channel) {
        return new ShownDatagramSocket(channel, new StackDatagramSocketImpl(channel));
    }

    private static void done(DatagramChannel ignored) {
        assert ignored.provider() != null;
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws SocketException {
        try {
            done(channel.bind(local));
        } catch (IOException e) {
            throw Failures.asSocketException(e);
        }
    }

    @Override
    public void connect(InetAddress address, int port) {
        try {
            impl.connect(address, port);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void connect(SocketAddress to) throws SocketException {
        InetSocketAddress peer = Station.checked(to);
        impl.connect(peer.getAddress(), peer.getPort());
    }

    @Override
    public void disconnect() {
        impl.disconnect();
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        synchronized (packet) {
            requireOpen();
            InetSocketAddress peer = channel.remoteAddress();
            if (peer != null && packet.getAddress() == null) {
                packet.setSocketAddress(peer);
            } else if (peer != null && !peer.equals(packet.getSocketAddress())) {
                throw new IllegalArgumentException("the packet is not for the connected address");
            }
            impl.send(packet);
        }
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        synchronized (packet) {
            requireOpen();
            impl.receive(packet);
        }
    }

    private void requireOpen() throws SocketException {
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
    }

    @Override
    public void close() {
        impl.close();
    }

    @Override
    public DatagramChannel getChannel() {
        return channel;
    }

    @Override
    public boolean isBound() {
        return channel.localAddress() != null;
    }

    @Override
    public boolean isConnected() {
        return channel.isConnected();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress peer = channel.remoteAddress();
        return peer == null ? null : peer.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress peer = channel.remoteAddress();
        return peer == null ? -1 : peer.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.remoteAddress();
    }

    @Override
    public @Nullable InetAddress getLocalAddress() {
        if (isClosed()) {
            return null;
        }
        InetSocketAddress local = channel.localAddress();
        return (local == null ? new InetSocketAddress(0) : local).getAddress();
    }

    @Override
    public int getLocalPort() {
        if (isClosed()) {
            return -1;
        }
        InetSocketAddress local = channel.localAddress();
        return local == null ? 0 : local.getPort();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return isClosed() ? null : channel.localAddress();
    }
}
