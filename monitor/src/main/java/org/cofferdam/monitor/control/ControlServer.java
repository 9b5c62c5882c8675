package org.cofferdam.monitor.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a {@link MonitorService} over HTTP/1.1 on a Unix socket of mode 0600. One thread, {@code control}, which
 * blocks in epoll without a timer while nobody is connected.
 *
 * <p>Limits: {@value #MAX_CONNECTIONS} connections at once, {@value #MAX_BODY} bytes of body, 8 KiB of headers, one
 * request a connection, {@value ControlConnection#REQUEST_SECONDS} seconds for it to arrive.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
public final class ControlServer implements AutoCloseable {
    static final int MAX_CONNECTIONS = 16;
    static final int MAX_BODY = 16 * 1024;
    private static final int MAX_LINE = 1024;
    private static final int MAX_HEADERS = 8 * 1024;
    private static final long LAST_ANSWERS_MILLIS = 2_000;
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final EventLoopGroup loop;
    private final ChannelGroup connections;
    private final Channel listener;
    private final SocketFile file;
    private final BlockSender blocks;
    private final MonitorService service;
    private @Nullable MetricsServer metrics; // the main thread's

    private ControlServer(
            EventLoopGroup loop,
            ChannelGroup connections,
            Channel listener,
            SocketFile file,
            BlockSender blocks,
            MonitorService service) {
        this.service = service;
        this.loop = loop;
        this.connections = connections;
        this.listener = listener;
        this.file = file;
        this.blocks = blocks;
    }

    /**
     * Binds and serves; when this returns, callers get answers.
     *
     * @throws OperatorError (environment) if the socket cannot be made there
     */
    public static ControlServer open(Path socket, MonitorService service, CallRecorder recorder) {
        return open(socket, service, recorder, Optional.empty());
    }

    /**
     * The same, and it also gives out the blocks of an audit log.
     *
     * @param auditLog the log's directory
     */
    public static ControlServer open(
            Path socket, MonitorService service, CallRecorder recorder, Optional<Path> auditLog) {
        if (!Epoll.isAvailable()) {
            throw OperatorError.failure(
                    "Netty's native epoll library does not load ("
                            + Epoll.unavailabilityCause()
                            + "); check that the temporary folder allows executable files",
                    Epoll.unavailabilityCause());
        }
        SocketFile file = SocketFile.claim(socket);
        EventLoopGroup loop =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("control", true), EpollIoHandler.newFactory());
        try {
            ControlRoutes routes = new ControlRoutes(service, recorder, ownUid());
            ChannelGroup connections = new DefaultChannelGroup(loop.next());
            BlockSender blocks = new BlockSender(auditLog);
            ChannelFuture bound =
                    new ServerBootstrap()
                            .group(loop)
                            .channel(EpollServerDomainSocketChannel.class)
                            .option(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                            .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                            .childHandler(
                                    new ChannelInitializer<EpollDomainSocketChannel>() {
                                        @Override
                                        protected void initChannel(
                                                EpollDomainSocketChannel channel) {
                                            accept(channel, connections, routes, blocks);
                                        }
                                    })
                            .bind(new DomainSocketAddress(file.bindPath().toFile()))
                            .syncUninterruptibly();
            file.publish();
            return new ControlServer(loop, connections, bound.channel(), file, blocks, service);
        } catch (Exception e) { // Netty throws the IOException of bind without declaring it
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            removeQuietly(file);
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "cannot bind the control socket "
                            + socket
                            + " ("
                            + e.getMessage()
                            + "); check the folder's permissions",
                    e);
        }
    }

    private static void accept(
            EpollDomainSocketChannel channel,
            ChannelGroup connections,
            ControlRoutes routes,
            BlockSender blocks) {
        if (connections.size() >= MAX_CONNECTIONS) {
            LOG.warn(
                    "control: more than {} connections at once; the newest is closed",
                    MAX_CONNECTIONS);
            channel.close();
            return;
        }
        connections.add(channel);
        channel.pipeline()
                .addLast(new HttpServerCodec(MAX_LINE, MAX_HEADERS, MAX_BODY))
                .addLast(new WholeRequests(MAX_BODY))
                .addLast(new ControlConnection(channel, routes, blocks));
    }

    /** The uid that this process runs as: the owner of its /proc entry. */
    private static int ownUid() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    /**
     * Serves the metrics at this address, too.
     *
     * @throws OperatorError (environment) if it cannot be bound
     */
    public void serveMetrics(InetSocketAddress address) {
        metrics = new MetricsServer(loop, address, () -> Metric.text(service.status()));
    }

    /** From now on the socket's file is the starter's to remove. */
    public void leaveSocketToStarter() {
        file.leaveToStarter();
    }

    /** Where callers find it. */
    public Path path() {
        return file.path();
    }

    /** Takes no more calls, lets those under way be answered (for 2 s at most), and removes the socket. */
    @Override
    public void close() {
        removeQuietly(file);
        blocks.close();
        if (metrics != null) {
            metrics.close();
        }
        listener.close().awaitUninterruptibly(LAST_ANSWERS_MILLIS);
        connections.forEach(c -> c.pipeline().fireUserEventTriggered(CaptureStream.Closing.NOW));
        connections.newCloseFuture().awaitUninterruptibly(LAST_ANSWERS_MILLIS);
        connections.close().awaitUninterruptibly(LAST_ANSWERS_MILLIS);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(LAST_ANSWERS_MILLIS);
    }

    private static void removeQuietly(SocketFile file) {
        try {
            file.remove();
        } catch (IOException e) {
            LOG.warn(
                    "control: the socket could not be removed ({}); the next start does it",
                    e.toString());
        }
    }
}
