package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;

/** The numbers that java.net's sockets have for options, as the options of a channel. */
final class SocketOptionNumbers {
    /** A channel's way to set an option. */
    interface Setter {
        @Nullable Object set(SocketOption<Object> name, @Nullable Object value) throws IOException;
    }

    /** A channel's way to tell one. */
    interface Getter {
        @Nullable Object get(SocketOption<?> name) throws IOException;
    }

    private static final Integer NO_LINGER = -1;

    private SocketOptionNumbers() {}

    @SuppressWarnings("unchecked") // java.net's own methods give each number the type of its option
    static void set(int option, @Nullable Object value, Setter channel) throws SocketException {
        if (option == SocketOptions.SO_OOBINLINE) {
            if (!(Boolean) requireNonNull(value)) {
                throw new SocketException("the stack keeps urgent data in line");
            }
            return;
        }
        try {
            Object ignored = channel.set((SocketOption<Object>) name(option), meant(option, value));
            assert ignored != null;
        } catch (IOException e) {
            throw Failures.asSocketException(e);
        } catch (UnsupportedOperationException e) {
            throw refused(e);
        }
    }

    private static @Nullable Object meant(int option, @Nullable Object value) {
        return switch (option) {
            // java.net says "off" to a linger time by false, and by true that nothing is looped
            // back.
            case SocketOptions.SO_LINGER -> value instanceof Integer ? value : NO_LINGER;
            case SocketOptions.IP_MULTICAST_LOOP -> !(Boolean) requireNonNull(value);
            default -> value;
        };
    }

    /** Null where the channel has no value. */
    static @Nullable Object get(int option, Getter channel) throws SocketException {
        if (option == SocketOptions.SO_OOBINLINE) {
            return true;
        }
        try {
            Object value = channel.get(name(option));
            if (value == null) {
                return null;
            }
            return switch (option) {
                case SocketOptions.SO_LINGER -> value.equals(-1) ? (Object) false : value;
                case SocketOptions.IP_MULTICAST_LOOP -> !(Boolean) value;
                default -> value;
            };
        } catch (IOException e) {
            throw Failures.asSocketException(e);
        } catch (UnsupportedOperationException e) {
            throw refused(e);
        }
    }

    private static SocketException refused(UnsupportedOperationException e) {
        return new SocketException(e.getMessage(), e);
    }

    private static SocketOption<?> name(int option) throws SocketException {
        return switch (option) {
            case SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
            case SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
            case SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
            case SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
            case SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
            case SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
            case SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
            case SocketOptions.SO_BROADCAST -> StandardSocketOptions.SO_BROADCAST;
            case SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
            case SocketOptions.IP_MULTICAST_LOOP -> StandardSocketOptions.IP_MULTICAST_LOOP;
            case SocketOptions.IP_MULTICAST_IF2 -> StandardSocketOptions.IP_MULTICAST_IF;
            default -> throw new SocketException("the stack has no option of number " + option);
        };
    }
}
