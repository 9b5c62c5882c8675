package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import org.cofferdam.libos.net.socket.NetException;

/** The stack's failures as the exceptions that programs for the JDK know. */
final class Failures {
    private Failures() {}

    /** Of a stream or a listener. */
    static IOException ofStream(NetException e) {
        return switch (e.error()) {
            case REFUSED, TIMED_OUT -> because(new ConnectException(e.getMessage()), e);
            case UNREACHABLE -> because(new NoRouteToHostException(e.getMessage()), e);
            case PORT_IN_USE, ADDRESS_NOT_OURS, NO_ADDRESS, NO_PORT ->
                    because(new BindException(e.getMessage()), e);
            case RESET, NO_BUFFERS, TOO_LONG -> because(new SocketException(e.getMessage()), e);
            case CLOSED -> because(new ClosedChannelException(), e);
        };
    }

    /** Of datagrams. */
    static IOException ofDatagrams(NetException e) {
        return switch (e.error()) {
            case REFUSED -> because(new PortUnreachableException(e.getMessage()), e);
            default -> ofStream(e);
        };
    }

    private static IOException because(IOException shown, NetException cause) {
        IOException ignored = (IOException) shown.initCause(cause);
        return ignored;
    }
}
