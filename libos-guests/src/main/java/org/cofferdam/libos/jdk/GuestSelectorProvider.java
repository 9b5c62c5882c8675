package org.cofferdam.libos.jdk;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.cofferdam.libos.jdk.channel.MemoryPipe;
import org.cofferdam.libos.jdk.channel.StackDatagramChannel;
import org.cofferdam.libos.jdk.channel.StackServerSocketChannel;
import org.cofferdam.libos.jdk.channel.StackSocketChannel;
import org.cofferdam.libos.jdk.channel.Station;
import org.cofferdam.libos.jdk.select.StackSelector;
import org.cofferdam.libos.net.stack.NetworkStack;

/**
 * Channels over the library OS's network. Named by
 * {@code -Djava.nio.channels.spi.SelectorProvider=org.cofferdam.libos.jdk.GuestSelectorProvider} it is the provider of a
 * whole program; the network is started when the first channel needs it (see {@link GuestStart}).
 */
public final class GuestSelectorProvider extends SelectorProvider {
    private final Network network;

    /** Where the stack comes from. */
    private interface Network {
        NetworkStack stack() throws IOException;
    }

    /** For the JDK: over the network that system properties name. */
    public GuestSelectorProvider() {
        network = () -> GuestStart.network().stack();
    }

    /** Over a stack that runs already; its owner ends it after the channels. */
    public GuestSelectorProvider(NetworkStack stack) {
        network = () -> stack;
    }

    Station station() throws IOException {
        return new Station(network.stack());
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new StackSocketChannel(this, station());
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        Station.requireInternet(family);
        return openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new StackServerSocketChannel(this, station());
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        Station.requireInternet(family);
        return openServerSocketChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return new StackDatagramChannel(this, station());
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        Station.requireInternet(family);
        return openDatagramChannel();
    }

    @Override
    public Pipe openPipe() {
        return new MemoryPipe(this);
    }

    @Override
    public AbstractSelector openSelector() {
        return new StackSelector(this);
    }
}
