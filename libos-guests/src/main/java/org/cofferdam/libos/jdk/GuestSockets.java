package org.cofferdam.libos.jdk;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import org.cofferdam.libos.jdk.channel.StackDatagramSocketImpl;
import org.cofferdam.libos.jdk.channel.StackServerSocketImpl;
import org.cofferdam.libos.jdk.channel.StackSocketImpl;

/**
 * Has the sockets of java.net work on the guest's network: what a {@code SelectorProvider} does for channels, for {@link
 * Socket}, {@link ServerSocket}, {@link DatagramSocket}, and for all that is made of them ({@code HttpURLConnection},
 * {@code SSLSocket}, drivers of databases).
 *
 * <p>The exception is a {@code Socket} with a proxy, whose implementation the JDK chooses itself: it goes to the host's
 * kernel, which a confined guest is refused.
 */
public final class GuestSockets {
    private GuestSockets() {}

    /**
     * Installs the sockets for the whole process, over the network that {@link GuestStart} knows. To be called once,
     * before the program runs; the network is started when the first socket needs it.
     *
     * @throws IOException if other sockets were installed before
     */
    public static void install() throws IOException {
        install(new GuestSelectorProvider());
    }

    /** The same over the stack of a provider. */
    @SuppressWarnings("deprecation") // deprecated for programs; there is no other way for a runtime
    static void install(GuestSelectorProvider over) throws IOException {
        try {
            Socket.setSocketImplFactory(() -> new StackSocketImpl(over, over::station));
            ServerSocket.setSocketFactory(() -> new StackServerSocketImpl(over, over::station));
            DatagramSocket.setDatagramSocketImplFactory(
                    () -> new StackDatagramSocketImpl(over, over::station));
        } catch (SocketException e) {
            throw new IOException("the program has installed its own sockets already", e);
        }
    }
}
