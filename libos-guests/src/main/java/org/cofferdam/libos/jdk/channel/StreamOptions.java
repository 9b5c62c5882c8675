package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import jdk.net.ExtendedSocketOptions;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.jspecify.annotations.Nullable;

/**
 * The options of a stream. {@code SO_REUSEADDR} is only remembered: the stack holds no port for a connection that has
 * ended. {@code SO_LINGER} with a time greater than zero ends in order without waiting; with zero it resets.
 */
final class StreamOptions {
    static final Set<SocketOption<?>> ALL =
            Set.of(
                    StandardSocketOptions.SO_RCVBUF,
                    StandardSocketOptions.SO_SNDBUF,
                    StandardSocketOptions.SO_KEEPALIVE,
                    StandardSocketOptions.SO_REUSEADDR,
                    StandardSocketOptions.SO_LINGER,
                    StandardSocketOptions.IP_TOS,
                    StandardSocketOptions.TCP_NODELAY,
                    ExtendedSocketOptions.TCP_KEEPIDLE,
                    ExtendedSocketOptions.TCP_KEEPINTERVAL,
                    ExtendedSocketOptions.TCP_KEEPCOUNT);

    private static final int MOST_LINGER = 65_535;
    private static final int MOST_SECONDS = 32_767;
    private static final int MOST_PROBES = 127;

    private final TcpConnection connection;
    private final ReentrantLock keepAliveTimes = new ReentrantLock();
    private volatile int receiveBytes = StackSocketChannel.USUAL_BUFFER;
    private volatile int sendBytes = StackSocketChannel.USUAL_BUFFER;
    private volatile int linger = -1;
    private volatile boolean reuse;

    StreamOptions(TcpConnection connection) {
        this.connection = connection;
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
        } else if (keepsAlive(name)) {
            setKeepAlive(name, Options.positive(name, (Integer) value));
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
        } else if (keepsAlive(name)) {
            value = keepAlive(name);
        } else {
            value = name.equals(StandardSocketOptions.SO_SNDBUF) ? sendBytes : receiveBytes;
        }
        return (T) value;
    }

    private static boolean keepsAlive(SocketOption<?> name) {
        return name.equals(ExtendedSocketOptions.TCP_KEEPIDLE)
                || name.equals(ExtendedSocketOptions.TCP_KEEPINTERVAL)
                || name.equals(ExtendedSocketOptions.TCP_KEEPCOUNT);
    }

    /** {@code jdk.net}'s options: seconds, seconds and a number; in Linux's bounds (tcp(7)). */
    private void setKeepAlive(SocketOption<?> name, int value) {
        boolean count = name.equals(ExtendedSocketOptions.TCP_KEEPCOUNT);
        if (value > (count ? MOST_PROBES : MOST_SECONDS)) {
            throw new IllegalArgumentException(name.name() + " is too large: " + value);
        }
        keepAliveTimes.lock();
        try {
            long nanos = TimeUnit.SECONDS.toNanos(value);
            connection.setKeepAliveTimes(
                    name.equals(ExtendedSocketOptions.TCP_KEEPIDLE)
                            ? nanos
                            : connection.keepAliveIdle(),
                    name.equals(ExtendedSocketOptions.TCP_KEEPINTERVAL)
                            ? nanos
                            : connection.keepAliveInterval(),
                    count ? value : connection.keepAliveCount());
        } finally {
            keepAliveTimes.unlock();
        }
    }

    private int keepAlive(SocketOption<?> name) {
        if (name.equals(ExtendedSocketOptions.TCP_KEEPCOUNT)) {
            return connection.keepAliveCount();
        }
        return (int)
                TimeUnit.NANOSECONDS.toSeconds(
                        name.equals(ExtendedSocketOptions.TCP_KEEPIDLE)
                                ? connection.keepAliveIdle()
                                : connection.keepAliveInterval());
    }

    /** Whether a close resets. */
    boolean lingersNot() {
        return linger == 0;
    }
}
