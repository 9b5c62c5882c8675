package org.cofferdam.monitor.control;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics, and nothing else, by TCP at a loopback address, for a Prometheus server. Whoever can connect may read
 * them, so they hold counts and names, no addresses and no content. Control thread.
 *
 * <p>Limits: {@value #MOST_CONNECTIONS} connections at once, no body, 8 KiB of headers, one request a connection,
 * {@value #REQUEST_SECONDS} seconds for it to arrive and as long for the answer to be read, and the numbers are gathered
 * afresh five times a second at most, however many ask.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
final class MetricsServer implements AutoCloseable {
    static final int MOST_CONNECTIONS = 8;
    static final int REQUEST_SECONDS = 5;
    private static final int MOST_LINE = 1024;
    private static final int MOST_HEADERS = 8 * 1024;
    private static final int NO_BODY = 0;
    private static final long FRESH_NANOS = 200_000_000;
    private static final long CLOSE_MILLIS = 1_000;
    private static final String PATH = "/metrics";
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

    private final Supplier<String> metrics;
    private final ChannelGroup connections;
    private final Channel listener;
    private @Nullable String text;
    private long gathered;

    /**
     * Binds and serves.
     *
     * @param metrics the text; may throw {@link OperatorError}
     * @throws OperatorError (environment) if the address cannot be bound
     */
    MetricsServer(EventLoopGroup loop, InetSocketAddress address, Supplier<String> metrics) {
        this.metrics = metrics;
        this.connections = new DefaultChannelGroup(loop.next());
        try {
            listener =
                    new ServerBootstrap()
                            .group(loop)
                            .channel(EpollServerSocketChannel.class)
                            .option(ChannelOption.SO_REUSEADDR, true)
                            .option(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                            .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                            .childHandler(
                                    new ChannelInitializer<EpollSocketChannel>() {
                                        @Override
                                        protected void initChannel(EpollSocketChannel channel) {
                                            accept(channel);
                                        }
                                    })
                            .bind(address)
                            .syncUninterruptibly()
                            .channel();
        } catch (Exception e) { // Netty throws the IOException of bind without declaring it
            throw new OperatorError(
                    ExitCode.ENVIRONMENT,
                    "cannot serve the metrics at "
                            + address
                            + " ("
                            + e.getMessage()
                            + "); choose another --metrics",
                    e);
        }
    }

    private void accept(EpollSocketChannel channel) {
        if (connections.size() >= MOST_CONNECTIONS) {
            channel.close();
            return;
        }
        connections.add(channel);
        channel.pipeline()
                .addLast(new HttpServerCodec(MOST_LINE, MOST_HEADERS, MOST_LINE))
                .addLast(new WholeRequests(NO_BODY))
                .addLast(new Scrape());
    }

    private String text() {
        long now = System.nanoTime();
        String known = text;
        if (known == null || now - gathered > FRESH_NANOS) {
            known = metrics.get();
            text = known;
            gathered = System.nanoTime();
        }
        return known;
    }

    private Answer answer(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Answer.error(
                    400, ExitCode.USAGE, "this is not an HTTP/1.1 request within the limits");
        }
        if (!request.uri().equals(PATH)) {
            return Answer.error(404, ExitCode.USAGE, "there is nothing but " + PATH + " here");
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return Answer.methodNotAllowed(PATH + " can only be read", "GET, HEAD");
        }
        try {
            return Answer.text(text());
        } catch (RuntimeException e) {
            LOG.warn("metrics: {}", e.toString());
            return Answer.error(503, ExitCode.FAILURE, "the monitor does not answer at present");
        }
    }

    /** One request, one answer. */
    private final class Scrape extends SimpleChannelInboundHandler<FullHttpRequest> {
        private @Nullable ScheduledFuture<?> deadline;
        private boolean asked;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            deadline =
                    ctx.executor()
                            .schedule(
                                    (Runnable) () -> ctx.close(),
                                    2L * REQUEST_SECONDS,
                                    TimeUnit.SECONDS);
            ctx.fireChannelActive();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (deadline != null) {
                deadline.cancel(false);
            }
            ctx.fireChannelInactive();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            if (asked) {
                return; // what is sent behind the request is not looked at
            }
            asked = true;
            FullHttpResponse response = ControlConnection.response(answer(request));
            if (request.method().equals(HttpMethod.HEAD)) {
                String length = response.headers().get(CONTENT_LENGTH);
                response.content().clear();
                response.headers().set(CONTENT_LENGTH, length); // RFC 9110, section 9.3.2
            }
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("metrics: connection ends", cause);
            ctx.close();
        }
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly(CLOSE_MILLIS);
        connections.close().awaitUninterruptibly(CLOSE_MILLIS);
    }
}
