package org.cofferdam.libos.jdk;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.Set;
import org.cofferdam.libos.jdk.channel.StackDatagramSocketImpl;
import org.cofferdam.libos.jdk.channel.StackServerSocketImpl;
import org.cofferdam.libos.jdk.channel.StackSocketChannel;
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
     * before the program runs; the network is started when the first socket needs it. What the JDK's own classes of addresses
     * and options ask the host's kernel when they are loaded, they ask here, so that behind a filter they ask nothing.
     *
     * @throws IOException if other sockets were installed before
     */
    public static void install() throws IOException {
        install(new GuestSelectorProvider());
    }

    /** The same over the stack of a provider. */
    @SuppressWarnings("deprecation") // deprecated for programs; there is no other way for a runtime
    static void install(GuestSelectorProvider over) throws IOException {
        askTheKernelNow();
        try {
            Socket.setSocketImplFactory(() -> new StackSocketImpl(over, over::station));
            ServerSocket.setSocketFactory(() -> new StackServerSocketImpl(over, over::station));
            DatagramSocket.setDatagramSocketImplFactory(
                    () -> new StackDatagramSocketImpl(over, over::station));
        } catch (SocketException e) {
            throw new IOException("the program has installed its own sockets already", e);
        }
    }

    /** The JDK tries out on sockets whether the kernel has IPv6 and some options, once for each class. */
    private static void askTheKernelNow() throws IOException {
        Set<SocketOption<?>> options = StackSocketChannel.options();
        InetAddress address = InetAddress.getByAddress(new byte[4]);
        if (options.isEmpty() || !address.isAnyLocalAddress()) {
            throw new IOException("the JDK has no options or no addresses");
        }
    }
}
