package org.cofferdam.proxy.vhostuser;

import java.nio.file.Path;
import java.util.Optional;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.socket.UnixListener;
import org.cofferdam.binding.socket.UnixStream;

/** Where front ends come from, one after the other. The guest's thread. */
public sealed interface Arrivals extends AutoCloseable {

    /** The next front end, if there is one now. */
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

    /** The front end listens, this end connects and tries again without a limit ({@code --mode client}). */
    record Connecting(Path place) implements Arrivals {
        @Override
        public Optional<UnixStream> next() {
            try {
                return Optional.of(UnixStream.connect(place));
            } catch (NativeCallException nobodyThere) {
                return Optional.empty();
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
