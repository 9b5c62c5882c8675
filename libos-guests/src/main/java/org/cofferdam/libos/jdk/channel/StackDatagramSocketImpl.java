package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link java.net.DatagramSocket} of the stack works through: a datagram channel of its own, or one that is there.
 * Any thread. Groups are not joined, as the channel has it.
 */
public final class StackDatagramSocketImpl extends DatagramSocketImpl {
    private interface Opening {
        StackDatagramChannel open() throws IOException;
    }

    private final Opening opening;
    private final SocketTimeouts timeouts = new SocketTimeouts();
    private final PacketRoom rooms = new PacketRoom();
    private volatile @Nullable StackDatagramChannel channel;

    /** For a socket that the program makes; its stack is asked for when it is needed. */
    public StackDatagramSocketImpl(SelectorProvider provider, StationSource source) {
        opening =
                () ->
                        new StackDatagramChannel(
                                provider, source.station(), Interrupts.OF_VIRTUAL_THREADS);
    }

    /** For the socket that a channel shows. */
    StackDatagramSocketImpl(StackDatagramChannel shown) {
        opening = () -> shown;
        channel = shown;
    }

    private StackDatagramChannel made() throws SocketException {
        StackDatagramChannel now = channel;
        if (now == null) {
            throw new SocketException("the socket was not created");
        }
        return now;
    }

    private StackDatagramChannel blocking() throws SocketException {
        StackDatagramChannel now = made();
        if (!now.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        return now;
    }

    private static void done(DatagramChannel ignored) {
        assert ignored.provider() != null;
    }

    @Override
    protected void create() throws SocketException {
        if (channel == null) {
            try {
                channel = opening.open();
            } catch (IOException e) {
                throw Failures.asSocketException(e);
            }
        }
    }

    // --- addresses

    @Override
    protected void bind(int port, InetAddress address) throws SocketException {
        try {
            done(made().bind(new InetSocketAddress(address, port)));
        } catch (IOException e) {
            throw Failures.asSocketException(e);
        }
    }

    @Override
    protected void connect(InetAddress address, int port) throws SocketException {
        try {
            // java.net's socket may be connected again; a channel must let go first.
            done(made().disconnect());
            done(made().connect(new InetSocketAddress(address, port)));
        } catch (IOException e) {
            throw Failures.asSocketException(e);
        }
    }

    @Override
    protected void disconnect() {
        try {
            done(made().disconnect());
        } catch (IOException e) {
            // The stack's thread is gone, and with it the peer; java.net declares no exception.
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected int getLocalPort() {
        StackDatagramChannel now = channel;
        InetSocketAddress local = now == null ? null : now.localAddress();
        return local == null ? 0 : local.getPort();
    }

    // --- datagrams

    @Override
    protected void send(DatagramPacket packet) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
        try {
            int ignored = blocking().send(bytes, packet.getSocketAddress());
            assert ignored >= 0;
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    @Override
    protected void receive(DatagramPacket packet) throws IOException {
        ByteBuffer room = rooms.of(packet);
        int start = room.position();
        try {
            InetSocketAddress from = blocking().receive(room, timeouts.nanos());
            if (from == null) {
                throw new SocketException("Socket closed");
            }
            packet.setSocketAddress(from);
            rooms.filled(packet, room.position() - start);
        } catch (IOException e) {
            throw Failures.ofSocket(e);
        }
    }

    @Override
    protected int peek(InetAddress address) throws IOException {
        throw new SocketException("the stack does not look at a datagram before it is received");
    }

    @Override
    protected int peekData(DatagramPacket packet) throws IOException {
        throw new SocketException("the stack does not look at a datagram before it is received");
    }

    @Override
    protected void close() {
        StackDatagramChannel now = channel;
        if (now != null) {
            try {
                now.close();
            } catch (IOException e) {
                // A channel's close of the stack throws none.
                throw new IllegalStateException(e);
            }
        }
    }

    // --- groups

    private static SocketException noGroups() {
        return new SocketException("the stack joins no multicast groups");
    }

    @Override
    protected void join(InetAddress group) throws IOException {
        throw noGroups();
    }

    @Override
    protected void leave(InetAddress group) throws IOException {
        throw noGroups();
    }

    @Override
    protected void joinGroup(SocketAddress group, @Nullable NetworkInterface by)
            throws IOException {
        throw noGroups();
    }

    @Override
    protected void leaveGroup(SocketAddress group, @Nullable NetworkInterface by)
            throws IOException {
        throw noGroups();
    }

    @Override
    @Deprecated
    @SuppressWarnings({"removal", "InlineMeSuggester"}) // abstract in the class above
    protected void setTTL(byte hops) throws IOException {
        setTimeToLive(Byte.toUnsignedInt(hops));
    }

    @Override
    @Deprecated
    @SuppressWarnings({"removal", "InlineMeSuggester"}) // abstract in the class above
    protected byte getTTL() throws IOException {
        return (byte) getTimeToLive();
    }

    @Override
    protected void setTimeToLive(int hops) throws IOException {
        done(made().setOption(StandardSocketOptions.IP_MULTICAST_TTL, hops));
    }

    @Override
    protected int getTimeToLive() throws IOException {
        return requireNonNull(made().getOption(StandardSocketOptions.IP_MULTICAST_TTL));
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
        StackDatagramChannel now = made();
        InetSocketAddress local = now.localAddress();
        return switch (option) {
            case SO_TIMEOUT -> timeouts.millis();
            case SO_BINDADDR ->
                    local == null ? new InetSocketAddress(0).getAddress() : local.getAddress();
            default -> SocketOptionNumbers.get(option, now::getOption);
        };
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        done(made().setOption(name, value));
    }

    @Override
    protected <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return made().getOption(name);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return DatagramOptions.ALL;
    }
}
