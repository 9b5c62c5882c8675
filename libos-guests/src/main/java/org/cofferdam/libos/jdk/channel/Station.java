package org.cofferdam.libos.jdk.channel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.stack.NetworkStack;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** A stack as the channels use it: what belongs to its thread is handed over and waited for. Any other thread. */
public record Station(NetworkStack stack) {
    /** A turn of the stack takes microseconds; a thread that does not answer for this long is gone. */
    private static final long PATIENCE_SECONDS = 10;

    /** Has the stack's thread do something, and waits for it. */
    <T> T call(Callable<T> task) throws IOException {
        CompletableFuture<T> done = new CompletableFuture<>();
        stack.execute(
                () -> {
                    try {
                        done.complete(task.call());
                    } catch (Exception e) {
                        done.completeExceptionally(e);
                    }
                });
        try {
            return done.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case NetException failure -> throw failure;
                case TimeoutException late ->
                        throw new IOException("the network's thread does not answer", late);
                case RuntimeException wrong -> throw wrong;
                case null, default -> throw e;
            }
        }
    }

    /** Likewise what returns nothing. */
    void run(Task task) throws IOException {
        boolean ignored =
                call(
                        () -> {
                            task.run();
                            return true;
                        });
        assert ignored;
    }

    /** Something for the stack's thread. */
    interface Task {
        void run() throws IOException;
    }

    /** Refuses what is not the Internet's, as the API says for each case. */
    static InetSocketAddress checked(@Nullable SocketAddress address) {
        if (address == null) {
            throw new IllegalArgumentException("an address is needed");
        }
        if (!(address instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return internet;
    }

    /** The same for a local address, where null means "any". */
    static InetSocketAddress checkedLocal(@Nullable SocketAddress address) {
        return address == null ? new InetSocketAddress(0) : checked(address);
    }

    /** The same for a peer, where "any" means this station itself, as on Linux. */
    static InetSocketAddress checkedPeer(@Nullable SocketAddress address) {
        InetSocketAddress peer = checked(address);
        if (!peer.getAddress().isAnyLocalAddress()) {
            return peer;
        }
        IpAddress self = ip(peer).isV4() ? IpAddress.LOOPBACK_V4 : IpAddress.LOOPBACK_V6;
        return new InetSocketAddress(self.toInetAddress(), peer.getPort());
    }

    static IpAddress ip(InetSocketAddress address) {
        return IpAddress.of(address.getAddress());
    }

    static InetSocketAddress address(IpAddress address, int port) {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    /** Refuses families that the stack does not have, as {@link java.nio.channels.spi.SelectorProvider} says it. */
    public static void requireInternet(ProtocolFamily family) {
        if (family.equals(StandardProtocolFamily.UNIX)) {
            throw new UnsupportedOperationException(
                    "a guest of the library OS has no Unix-domain sockets: there is no kernel's file system to name them in");
        }
        if (!family.equals(StandardProtocolFamily.INET)
                && !family.equals(StandardProtocolFamily.INET6)) {
            throw new UnsupportedOperationException("no such protocol family: " + family.name());
        }
    }
}
