package org.cofferdam.libos.jdk.channel;

import java.net.SocketOption;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import jdk.net.ExtendedSocketOptions;
import org.cofferdam.libos.net.tcp.TcpConnection;

/**
 * The times of keep-alive, which are options of the module {@code jdk.net}: seconds of silence, seconds between questions,
 * and a number of questions. A runtime without that module has none of them.
 */
final class KeepAliveOptions {
    static final Set<SocketOption<?>> ALL =
            ModuleLayer.boot().findModule("jdk.net").isPresent() ? Named.all() : Set.of();

    // Linux's bounds (tcp(7)).
    private static final int MOST_SECONDS = 32_767;
    private static final int MOST_PROBES = 127;

    private final TcpConnection connection;
    private final ReentrantLock change = new ReentrantLock();

    KeepAliveOptions(TcpConnection connection) {
        this.connection = connection;
    }

    /** Loaded only where the module is. */
    private static final class Named {
        static Set<SocketOption<?>> all() {
            return Set.of(
                    ExtendedSocketOptions.TCP_KEEPIDLE,
                    ExtendedSocketOptions.TCP_KEEPINTERVAL,
                    ExtendedSocketOptions.TCP_KEEPCOUNT);
        }
    }

    /** Sets one of {@link #ALL}. */
    void set(SocketOption<?> name, int value) {
        int most = name.name().equals("TCP_KEEPCOUNT") ? MOST_PROBES : MOST_SECONDS;
        if (value > most) {
            throw new IllegalArgumentException(name.name() + " is at most " + most + ": " + value);
        }
        change.lock();
        try {
            long idle = connection.keepAliveIdle();
            long interval = connection.keepAliveInterval();
            int count = connection.keepAliveCount();
            switch (name.name()) {
                case "TCP_KEEPIDLE" -> idle = TimeUnit.SECONDS.toNanos(value);
                case "TCP_KEEPINTERVAL" -> interval = TimeUnit.SECONDS.toNanos(value);
                default -> count = value;
            }
            connection.setKeepAliveTimes(idle, interval, count);
        } finally {
            change.unlock();
        }
    }

    /** Tells one of {@link #ALL}. */
    int get(SocketOption<?> name) {
        return switch (name.name()) {
            case "TCP_KEEPIDLE" -> (int) TimeUnit.NANOSECONDS.toSeconds(connection.keepAliveIdle());
            case "TCP_KEEPINTERVAL" ->
                    (int) TimeUnit.NANOSECONDS.toSeconds(connection.keepAliveInterval());
            default -> connection.keepAliveCount();
        };
    }
}
