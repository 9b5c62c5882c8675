package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.jspecify.annotations.Nullable;

/**
 * The options of a stream. {@code SO_REUSEADDR} is only remembered: the stack holds no port for a connection that has
 * ended. {@code SO_LINGER} with a time greater than zero ends in order without waiting; with zero it resets.
 */
final class StreamOptions {
    static final Set<SocketOption<?>> ALL = all();

    private static final int MOST_LINGER = 65_535;

    private final TcpConnection connection;
    private final KeepAliveOptions keepAliveTimes;
    private volatile int receiveBytes = StackSocketChannel.USUAL_BUFFER;
    private volatile int sendBytes = StackSocketChannel.USUAL_BUFFER;
    private volatile int linger = -1;
    private volatile boolean reuse;

    StreamOptions(TcpConnection connection) {
        this.connection = connection;
        this.keepAliveTimes = new KeepAliveOptions(connection);
    }

    private static Set<SocketOption<?>> all() {
        Set<SocketOption<?>> all = new HashSet<>(KeepAliveOptions.ALL);
        Collections.addAll(
                all,
                StandardSocketOptions.SO_RCVBUF,
                StandardSocketOptions.SO_SNDBUF,
                StandardSocketOptions.SO_KEEPALIVE,
                StandardSocketOptions.SO_REUSEADDR,
                StandardSocketOptions.SO_LINGER,
                StandardSocketOptions.IP_TOS,
                StandardSocketOptions.TCP_NODELAY);
        return Set.copyOf(all);
    }

    static void requireSupported(SocketOption<?> name) {
        Options.requireSupported(ALL, name);
    }

    <T> void set(SocketOption<T> name, @Nullable T value) {
        if (name.equals(StandardSocketOptions.TCP_NODELAY)) {
            connection.setNoDelay((Boolean) requireNonNull(value));
        } else if (name.equals(StandardSocketOptions.SO_KEEPALIVE)) {
            connection.setKeepAlive((Boolean) requireNonNull(value));
        } else if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            reuse = (Boolean) requireNonNull(value);
        } else if (name.equals(StandardSocketOptions.SO_LINGER)) {
            linger = Math.clamp((Integer) requireNonNull(value), -1, MOST_LINGER);
        } else if (name.equals(StandardSocketOptions.IP_TOS)) {
            connection.setTrafficClass(Options.aByte(name, (Integer) value));
        } else if (KeepAliveOptions.ALL.contains(name)) {
            keepAliveTimes.set(name, Options.positive(name, (Integer) value));
        } else {
            int bytes = Options.positive(name, (Integer) value);
            if (name.equals(StandardSocketOptions.SO_SNDBUF)) {
                sendBytes = bytes;
            } else {
                receiveBytes = bytes;
            }
            // A wish: it counts when the buffers are made.
            connection.setBuffers(sendBytes, receiveBytes);
        }
    }

    @SuppressWarnings("unchecked") // each option's type is in its name
    <T> T get(SocketOption<T> name) {
        Object value;
        if (name.equals(StandardSocketOptions.TCP_NODELAY)) {
            value = connection.isNoDelay();
        } else if (name.equals(StandardSocketOptions.SO_KEEPALIVE)) {
            value = connection.isKeepAlive();
        } else if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            value = reuse;
        } else if (name.equals(StandardSocketOptions.SO_LINGER)) {
            value = linger;
        } else if (name.equals(StandardSocketOptions.IP_TOS)) {
            value = connection.trafficClass();
        } else if (KeepAliveOptions.ALL.contains(name)) {
            value = keepAliveTimes.get(name);
        } else {
            value = name.equals(StandardSocketOptions.SO_SNDBUF) ? sendBytes : receiveBytes;
        }
        return (T) value;
    }

    /** Whether a close resets. */
    boolean lingersNot() {
        return linger == 0;
    }
}
