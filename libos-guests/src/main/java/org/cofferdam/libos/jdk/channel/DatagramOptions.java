package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.net.NetworkInterface;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Set;
import org.cofferdam.libos.net.udp.UdpSocket;
import org.jspecify.annotations.Nullable;

/**
 * The options of a datagram channel. {@code SO_REUSEADDR} is only remembered. So is {@code IP_MULTICAST_LOOP}, which
 * concerns groups that are joined here, and none are. {@code IP_MULTICAST_IF} has no value: a guest has one link.
 */
final class DatagramOptions {
    static final Set<SocketOption<?>> ALL =
            Set.of(
                    StandardSocketOptions.SO_RCVBUF,
                    StandardSocketOptions.SO_SNDBUF,
                    StandardSocketOptions.SO_REUSEADDR,
                    StandardSocketOptions.SO_BROADCAST,
                    StandardSocketOptions.IP_TOS,
                    StandardSocketOptions.IP_MULTICAST_IF,
                    StandardSocketOptions.IP_MULTICAST_TTL,
                    StandardSocketOptions.IP_MULTICAST_LOOP);

    private volatile int bufferBytes = StackSocketChannel.USUAL_BUFFER;
    private volatile boolean reuse;
    private volatile boolean broadcast;
    private volatile boolean loop = true;
    private volatile int trafficClass;
    private volatile int groupHops = 1;

    /** Sets one, also of the socket if there is one already. */
    <T> void set(SocketOption<T> name, @Nullable T value, @Nullable UdpSocket socket) {
        if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            reuse = (Boolean) requireNonNull(value);
        } else if (name.equals(StandardSocketOptions.SO_BROADCAST)) {
            broadcast = (Boolean) requireNonNull(value);
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_LOOP)) {
            loop = (Boolean) requireNonNull(value);
        } else if (name.equals(StandardSocketOptions.IP_TOS)) {
            trafficClass = Options.aByte(name, (Integer) value);
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_TTL)) {
            groupHops = Options.aByte(name, (Integer) value);
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_IF)) {
            refuse((NetworkInterface) value);
        } else {
            // Both rings have the same size; it counts when they are made.
            bufferBytes = Math.max(bufferBytes, Options.positive(name, (Integer) value));
        }
        if (socket != null) {
            giveTo(socket);
        }
    }

    private static void refuse(@Nullable NetworkInterface of) {
        if (of != null) {
            throw new UnsupportedOperationException(
                    "a guest has one link, and no interface of the host: " + of.getName());
        }
    }

    /** Sets what goes into headers. */
    void giveTo(UdpSocket socket) {
        socket.setTrafficClass(trafficClass);
        socket.setGroupHops(groupHops);
    }

    @SuppressWarnings("unchecked") // each option's type is in its name
    <T> @Nullable T get(SocketOption<T> name) {
        Object value;
        if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            value = reuse;
        } else if (name.equals(StandardSocketOptions.SO_BROADCAST)) {
            value = broadcast;
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_LOOP)) {
            value = loop;
        } else if (name.equals(StandardSocketOptions.IP_TOS)) {
            value = trafficClass;
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_TTL)) {
            value = groupHops;
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_IF)) {
            return null;
        } else {
            value = bufferBytes;
        }
        return (T) value;
    }

    int bufferBytes() {
        return bufferBytes;
    }

    boolean maySendToAll() {
        return broadcast;
    }
}
