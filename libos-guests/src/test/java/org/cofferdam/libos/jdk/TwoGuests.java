package org.cofferdam.libos.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.libos.net.link.Cable;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.libos.net.wire.MacAddress;

/**
 * Two stacks on one cable in real time, run by one thread, and a provider over each.
 *
 * <pre>
 *  left 10.9.0.1 === cable === right 10.9.0.2
 * </pre>
 */
final class TwoGuests {
    static final String RIGHT = "10.9.0.2";

    final GuestSelectorProvider left;
    final GuestSelectorProvider right;
    private final NetworkStack leftStack;
    private final NetworkStack rightStack;
    private final Thread thread;
    private volatile boolean ending;

    TwoGuests() {
        Cable cable =
                new Cable(
                        MacAddress.parse("02:cf:00:00:00:01"),
                        MacAddress.parse("02:cf:00:00:00:02"),
                        1500,
                        LinkFeatures.ALL,
                        256);
        thread = Thread.ofPlatform().name("both stacks").daemon().unstarted(this::run);
        Runnable wake = () -> LockSupport.unpark(thread);
        StackSettings settings = StackSettings.DEFAULT;
        leftStack =
                new NetworkStack(
                        cable.left(), System::nanoTime, new SecureRandom(), wake, settings);
        rightStack =
                new NetworkStack(
                        cable.right(), System::nanoTime, new SecureRandom(), wake, settings);
        leftStack.setV4(IpAddress.parse("10.9.0.1"), 24, IpAddress.ANY_V4);
        rightStack.setV4(IpAddress.parse(RIGHT), 24, IpAddress.ANY_V4);
        left = new GuestSelectorProvider(leftStack);
        right = new GuestSelectorProvider(rightStack);
        thread.start();
    }

    private void run() {
        while (!ending) {
            if (leftStack.doWork() + rightStack.doWork() == 0) {
                // Both timer wheels turn at least this often.
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** A server of the right side on a port of its own choice. */
    ServerSocketChannel listen() throws IOException {
        ServerSocketChannel server = right.openServerSocketChannel();
        ServerSocketChannel ignored = server.bind(new InetSocketAddress("0.0.0.0", 0));
        return server;
    }

    /** Where it is reached. */
    static InetSocketAddress addressOf(ServerSocketChannel server) throws IOException {
        InetSocketAddress local = (InetSocketAddress) server.getLocalAddress();
        return new InetSocketAddress(RIGHT, local.getPort());
    }

    /** Two ends of a connection, from left to right. */
    Pair connected() throws IOException {
        try (ServerSocketChannel server = listen()) {
            SocketChannel client = left.openSocketChannel();
            boolean connected = client.connect(addressOf(server));
            assert connected;
            return new Pair(client, server.accept());
        }
    }

    record Pair(SocketChannel client, SocketChannel server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    Selector selector() {
        return left.openSelector();
    }

    /** What both stacks counted. */
    String counters() {
        return "left\n" + leftStack.counters() + "right\n" + rightStack.counters();
    }

    void end() throws InterruptedException {
        ending = true;
        LockSupport.unpark(thread);
        thread.join();
        leftStack.close();
        rightStack.close();
    }
}
