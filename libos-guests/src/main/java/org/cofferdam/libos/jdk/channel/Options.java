package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.net.SocketOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all channels ask of an option before they set it or tell it. */
final class Options {
    private Options() {}

    /** Refuses an option that a channel does not have, as {@link java.nio.channels.NetworkChannel} says it. */
    static void requireSupported(Set<SocketOption<?>> supported, SocketOption<?> name) {
        if (!supported.contains(requireNonNull(name))) {
            throw new UnsupportedOperationException("the stack has no option " + name.name());
        }
    }

    /** A buffer's size (StandardSocketOptions): more than no bytes. */
    static int positive(SocketOption<?> name, @Nullable Integer value) {
        int bytes = requireNonNull(value);
        if (bytes <= 0) {
            throw new IllegalArgumentException(name.name() + " is a number of bytes: " + bytes);
        }
        return bytes;
    }
}
