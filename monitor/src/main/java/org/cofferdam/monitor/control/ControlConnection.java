package org.cofferdam.monitor.control;

import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.cofferdam.monitor.config.ExitCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One caller's connection: one request, one answer, then it closes. Control thread only; answers that come from another
 * thread are brought back to it. Its only timer bounds the time for the request to arrive, then that for the answer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
final class ControlConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    static final int REQUEST_SECONDS = 10;
    static final int ANSWER_SECONDS = 60;
    private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);

    private final EpollDomainSocketChannel channel;
    private final ControlRoutes routes;
    private final BlockSender blocks;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean asked;
    private boolean answered;

    ControlConnection(EpollDomainSocketChannel channel, ControlRoutes routes, BlockSender blocks) {
        this.channel = channel;
        this.routes = routes;
        this.blocks = blocks;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        deadline =
                ctx.executor()
                        .schedule((Runnable) () -> ctx.close(), REQUEST_SECONDS, TimeUnit.SECONDS);
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelDeadline();
        ctx.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request)
            throws IOException {
        if (asked) {
            return; // the first answer says "Connection: close"; what is sent behind the request is
            // not read
        }
        asked = true;
        cancelDeadline();
        PeerCredentials peer = channel.peerCredentials();
        Caller caller =
                new Caller(peer.pid(), peer.uid(), peer.gids().length == 0 ? -1 : peer.gids()[0]);
        if (request.decoderResult().isFailure()) {
            answer(
                    ctx,
                    caller,
                    Answer.error(
                            400,
                            ExitCode.USAGE,
                            "this is not an HTTP/1.1 request within the limits"));
            return;
        }
        deadline =
                ctx.executor()
                        .schedule(
                                () ->
                                        answer(
                                                ctx,
                                                caller,
                                                Answer.error(
                                                        504,
                                                        ExitCode.FAILURE,
                                                        "the monitor did not finish it within "
                                                                + ANSWER_SECONDS
                                                                + " s; see 'monitor status'")),
                                ANSWER_SECONDS,
                                TimeUnit.SECONDS);
        byte[] body = ByteBufUtil.getBytes(request.content());
        routes.call(caller, request.method().name(), request.uri(), body)
                .whenComplete(
                        (answer, never) ->
                                ctx.executor().execute(() -> answer(ctx, caller, answer)));
    }

    private void answer(ChannelHandlerContext ctx, Caller caller, Answer made) {
        Answer answer = made;
        if (answered) {
            // Too late for this answer; a capture that nobody gets must end none the less.
            answer.capture().ifPresent(RunningCapture::stop);
            return;
        }
        answered = true;
        cancelDeadline();
        if (answer.blocks().isPresent()) {
            // It may take as long as it likes; what ends it is either end of the connection.
            Optional<Answer> refusal = blocks.send(channel, answer.blocks().get());
            if (refusal.isEmpty()) {
                return;
            }
            answer = refusal.get();
        }
        if (answer.capture().isPresent()) {
            CaptureStream stream =
                    new CaptureStream(
                            channel,
                            answer.capture().get(),
                            end -> routes.ended(caller, "end of POST /v1/capture: " + end));
            ctx.pipeline().addLast(stream);
            stream.begin(answer.contentType());
            return;
        }
        ctx.writeAndFlush(response(answer)).addListener(ChannelFutureListener.CLOSE);
    }

    static FullHttpResponse response(Answer answer) {
        ByteBuf content = Unpooled.copiedBuffer(answer.body(), StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), content);
        response.headers()
                .set(CONTENT_TYPE, answer.contentType())
                .setInt(CONTENT_LENGTH, content.readableBytes())
                .set(CONNECTION, "close");
        if (!answer.allow().isEmpty()) {
            response.headers().set(ALLOW, answer.allow()); // RFC 9110, 15.5.6
        }
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("control: connection ends", cause);
        ctx.close();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
