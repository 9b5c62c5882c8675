package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import org.cofferdam.libos.net.socket.NetException;

/**
 * The stack's failures as the exceptions that programs for the JDK know. Their messages begin with the words of Linux,
 * since programs and libraries look for those.
 */
final class Failures {
    private Failures() {}

    /** Of a stream or a listener. */
    static IOException ofStream(NetException e) {
        return switch (e.error()) {
            case REFUSED -> because(new ConnectException(words("Connection refused", e)), e);
            case TIMED_OUT -> because(new ConnectException(words("Connection timed out", e)), e);
            case UNREACHABLE ->
                    because(new NoRouteToHostException(words("No route to host", e)), e);
            case PORT_IN_USE -> because(new BindException(words("Address already in use", e)), e);
            case ADDRESS_NOT_OURS, NO_ADDRESS, NO_PORT ->
                    because(new BindException(words("Cannot assign requested address", e)), e);
            case RESET -> because(new SocketException(words("Connection reset", e)), e);
            case NO_BUFFERS ->
                    because(new SocketException(words("No buffer space available", e)), e);
            case TOO_LONG -> because(new SocketException(words("Message too long", e)), e);
            case CLOSED -> because(new ClosedChannelException(), e);
        };
    }

    /** Of datagrams. */
    static IOException ofDatagrams(NetException e) {
        return switch (e.error()) {
            case REFUSED -> because(new PortUnreachableException(words("Port unreachable", e)), e);
            default -> ofStream(e);
        };
    }

    /** What a channel throws, as a socket of java.net says it; what it says otherwise is left. */
    static IOException ofSocket(IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return because(new SocketException("Closed by interrupt"), e);
        }
        if (e instanceof ClosedChannelException) {
            return because(new SocketException("Socket closed"), e);
        }
        return e;
    }

    /** The same where nothing but a {@code SocketException} is allowed. */
    static SocketException asSocketException(IOException e) {
        IOException shown = ofSocket(e);
        if (shown instanceof SocketException already) {
            return already;
        }
        return new SocketException(e.getMessage(), e);
    }

    private static String words(String known, NetException e) {
        return known + ": " + e.getMessage();
    }

    private static IOException because(IOException shown, IOException cause) {
        IOException ignored = (IOException) shown.initCause(cause);
        return ignored;
    }
}
