package org.cofferdam.libos.jdk;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.cofferdam.libos.jdk.async.StackAsynchronousServerSocketChannel;
import org.cofferdam.libos.jdk.async.StackAsynchronousSocketChannel;
import org.cofferdam.libos.jdk.async.StackChannelGroup;
import org.cofferdam.libos.jdk.channel.StackServerSocketChannel;
import org.cofferdam.libos.jdk.channel.StackSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous channels over the library OS's network. Named by {@code
 * -Djava.nio.channels.spi.AsynchronousChannelProvider=org.cofferdam.libos.jdk.GuestAsynchronousChannelProvider} it is the
 * provider of a whole program.
 */
public final class GuestAsynchronousChannelProvider extends AsynchronousChannelProvider {
    private final GuestSelectorProvider channels;

    /** The group of channels that name none; its threads come as they are needed and keep no process alive. */
    private final StackChannelGroup usual;

    /** For the JDK: over the network that system properties name. */
    public GuestAsynchronousChannelProvider() {
        this(new GuestSelectorProvider());
    }

    /** Over the stack of another provider. */
    GuestAsynchronousChannelProvider(GuestSelectorProvider channels) {
        this.channels = channels;
        this.usual =
                new StackChannelGroup(
                        this,
                        Executors.newCachedThreadPool(
                                Thread.ofPlatform().name("completion-", 0).daemon().factory()));
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(
            int threads, ThreadFactory factory) {
        return new StackChannelGroup(this, Executors.newFixedThreadPool(threads, factory));
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(
            ExecutorService threads, int initialSize) {
        return new StackChannelGroup(this, requireNonNull(threads));
    }

    private StackChannelGroup ours(@Nullable AsynchronousChannelGroup group) {
        if (group == null) {
            return usual;
        }
        if (!(group instanceof StackChannelGroup known)) {
            throw new IllegalChannelGroupException();
        }
        return known;
    }

    @Override
    public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(
            @Nullable AsynchronousChannelGroup group) throws IOException {
        return new StackAsynchronousServerSocketChannel(
                        new StackServerSocketChannel(channels, channels.station()), ours(group))
                .join();
    }

    @Override
    public AsynchronousSocketChannel openAsynchronousSocketChannel(
            @Nullable AsynchronousChannelGroup group) throws IOException {
        return new StackAsynchronousSocketChannel(
                        new StackSocketChannel(channels, channels.station()), ours(group))
                .join();
    }
}
