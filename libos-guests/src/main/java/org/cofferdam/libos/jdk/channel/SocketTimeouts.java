package org.cofferdam.libos.jdk.channel;

import static java.util.Objects.requireNonNull;

import java.net.SocketOptions;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code SO_TIMEOUT} of a socket of java.net, which a channel does not have. Any thread. */
final class SocketTimeouts {
    private volatile int millis;

    /** Takes the option if it is this one. */
    boolean set(int option, @Nullable Object value) {
        if (option != SocketOptions.SO_TIMEOUT) {
            return false;
        }
        millis = (Integer) requireNonNull(value);
        return true;
    }

    int millis() {
        return millis;
    }

    /** How long a call waits. */
    long nanos() {
        return nanos(millis);
    }

    /** As java.net has timeouts: milliseconds, 0 for ever. */
    static long nanos(int millis) {
        return millis == 0 ? Side.FOREVER : TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
