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

    /** A buffer's size, a time or a count: more than none. */
    static int positive(SocketOption<?> name, @Nullable Integer value) {
        int number = requireNonNull(value);
        if (number <= 0) {
            throw new IllegalArgumentException(name.name() + " is more than 0: " + number);
        }
        return number;
    }

    /** A traffic class, or hops: 0 to 255. */
    static int aByte(SocketOption<?> name, @Nullable Integer value) {
        int number = requireNonNull(value);
        if (number < 0 || number > 255) {
            throw new IllegalArgumentException(name.name() + " is 0 to 255: " + number);
        }
        return number;
    }
}
