package org.cofferdam.libos.jdk;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.guest.GuestNetwork;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The guest's one network, started when it is first needed and never ended before the process. What it is comes from
 * system properties, or from environment variables whose names are the same in capitals with underscores:
 *
 * <pre>
 *  cofferdam.libos.attach   COFFERDAM_LIBOS_ATTACH   the socket of the port to attach to
 *  cofferdam.libos.ip       COFFERDAM_LIBOS_IP       ADDRESS/PREFIX of IPv4
 *  cofferdam.libos.router   COFFERDAM_LIBOS_ROUTER   the router's address; without it only the link is reached
 * </pre>
 */
public final class GuestStart {
    private static final String ATTACH = "cofferdam.libos.attach";
    private static final String IP = "cofferdam.libos.ip";
    private static final String ROUTER = "cofferdam.libos.router";

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static volatile @Nullable GuestNetwork running;

    private GuestStart() {}

    /**
     * The network. The first call attaches the card, which takes as long as the back end's handshake.
     *
     * @throws IOException if it is not said where to attach, or the back end does not want to; the next call tries again
     */
    public static GuestNetwork network() throws IOException {
        GuestNetwork already = running;
        if (already != null) {
            return already;
        }
        LOCK.lock();
        try {
            GuestNetwork now = running;
            if (now == null) {
                now = start();
                running = now;
            }
            return now;
        } finally {
            LOCK.unlock();
        }
    }

    private static GuestNetwork start() throws IOException {
        Path socket;
        try {
            socket = Path.of(required(ATTACH, "the socket of a port to attach to"));
        } catch (InvalidPathException e) {
            throw new IOException(ATTACH + " is no path: " + e.getMessage(), e);
        }
        String ip = required(IP, "the guest's address, such as 10.7.0.2/24");
        int slash = ip.indexOf('/');
        if (slash < 0) {
            throw wrong(IP, ip, "an IPv4 address, '/' and the bits of its network", null);
        }
        IpAddress address = v4(IP, ip.substring(0, slash));
        int prefix = prefix(ip, slash);
        String routerText = value(ROUTER);
        IpAddress router = routerText == null ? IpAddress.ANY_V4 : v4(ROUTER, routerText);
        try {
            GuestNetwork network = GuestNetwork.start(socket, StackSettings.DEFAULT);
            network.setV4(address, prefix, router);
            return network;
        } catch (BackEndException e) {
            throw new IOException("cannot attach to " + socket + ": " + e.getMessage(), e);
        }
    }

    private static int prefix(String ip, int slash) throws IOException {
        try {
            int prefix = Integer.parseInt(ip.substring(slash + 1));
            if (prefix >= 0 && prefix <= 32) {
                return prefix;
            }
            throw wrong(IP, ip, "an IPv4 address with 0 to 32 bits of network", null);
        } catch (NumberFormatException e) {
            throw wrong(IP, ip, "an IPv4 address with 0 to 32 bits of network", e);
        }
    }

    private static IpAddress v4(String name, String text) throws IOException {
        try {
            IpAddress address = IpAddress.parse(text);
            if (address.isV4()) {
                return address;
            }
            throw wrong(name, text, "an IPv4 address", null);
        } catch (IllegalArgumentException e) {
            throw wrong(name, text, "an IPv4 address", e);
        }
    }

    private static IOException wrong(
            String name, String text, String wanted, @Nullable Exception cause) {
        return new IOException(name + " is not " + wanted + ": '" + text + "'", cause);
    }

    private static String required(String name, String what) throws IOException {
        String value = value(name);
        if (value == null) {
            throw new IOException(
                    "the library OS needs "
                            + what
                            + ": set -D"
                            + name
                            + " or the environment's "
                            + variable(name));
        }
        return value;
    }

    private static @Nullable String value(String name) {
        String property = System.getProperty(name);
        return property != null ? property : System.getenv(variable(name));
    }

    private static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replace('.', '_');
    }
}
