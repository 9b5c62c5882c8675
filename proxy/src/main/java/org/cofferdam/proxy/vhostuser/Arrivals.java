package org.cofferdam.proxy.vhostuser;

import java.util.Optional;
import java.util.Set;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.binding.socket.UnixStream;

/** Where front ends come from, one after the other. The guest's thread. */
public sealed interface Arrivals extends AutoCloseable {

    /**
     * The next front end, if there is one now.
     *
     * @throws NativeCallException if the kernel refuses, or what should be a front end's socket is none
     */
    Optional<UnixStream> next();

    /** A descriptor that is readable when there may be one; -1 if that cannot be known. */
    int fd();

    @Override
    void close();

    /** This end listens, front ends connect ({@code --mode server}); owns the listener. */
    record Listening(UnixListener listener) implements Arrivals {
        @Override
        public Optional<UnixStream> next() {
            return listener.accept();
        }

        @Override
        public int fd() {
            return listener.fd();
        }

        @Override
        public void close() {
            listener.close();
        }
    }

    /** Makes a connection to a front end that listens, whoever may. */
    @FunctionalInterface
    interface Connector {
        /**
         * A new connection, at once.
         *
         * @throws NativeCallException if there is none
         */
        UnixStream connect();
    }

    /** The front end listens, this end connects and tries again without a limit ({@code --mode client}). */
    record Connecting(Connector connector) implements Arrivals {
        /** ENOENT, EAGAIN, ECONNREFUSED: not there yet, not there any more, or busy with another. */
        private static final Set<Integer> NOBODY_THERE = Set.of(2, 11, 111);

        @Override
        public Optional<UnixStream> next() {
            try {
                return Optional.of(connector.connect());
            } catch (NativeCallException e) {
                if (NOBODY_THERE.contains(e.errno())) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        @Override
        public int fd() {
            return -1;
        }

        @Override
        public void close() {}
    }
}
