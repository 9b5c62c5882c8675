package org.cofferdam.monitor.control;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.TRAILER;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A capture as the body of an answer (RFC 9112, section 7.1, chunked): what has come is sent at once, at most
 * {@value #TURN_MILLIS} ms after it was taken. A caller that reads slowly is waited for, and the capture misses frames
 * meanwhile; one that closes its side, or is gone, ends the capture. Control thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
final class CaptureStream extends ChannelInboundHandlerAdapter {
    /** Behind the last frame: how many there were. */
    static final String FRAMES = "capture-frames";

    /** And how many found no room. */
    static final String MISSED = "capture-missed";

    /** Sent through the pipelines when the control API closes. */
    enum Closing {
        NOW
    }

    private static final long TURN_MILLIS = 20;
    private static final int FIRST_BYTES = 16 * 1024;

    private final EpollDomainSocketChannel channel;
    private final RunningCapture capture;
    private final Consumer<String> recorder;
    private @Nullable ScheduledFuture<?> next;
    private boolean ending;

    /**
     * A stream that has not begun.
     *
     * @param recorder takes what is to be on record at the end
     */
    CaptureStream(
            EpollDomainSocketChannel channel, RunningCapture capture, Consumer<String> recorder) {
        this.channel = channel;
        this.capture = capture;
        this.recorder = recorder;
    }

    void begin(String contentType) {
        if (!channel.isActive()) {
            end("its caller was gone before it began");
            return;
        }
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(CONTENT_TYPE, contentType)
                .set(TRANSFER_ENCODING, "chunked")
                .set(TRAILER, FRAMES + ", " + MISSED)
                .set(CONNECTION, "close");
        channel.writeAndFlush(head);
        turn();
    }

    private void turn() {
        if (ending) {
            return;
        }
        boolean more = false;
        if (channel.isWritable()) {
            ByteBuf out = channel.alloc().directBuffer(FIRST_BYTES);
            more = capture.drain(out);
            if (out.isReadable()) {
                channel.writeAndFlush(new DefaultHttpContent(out));
            } else {
                out.release();
            }
        }
        if (capture.isOver()) {
            end("it has what was asked for");
        } else if (more && channel.isWritable()) {
            // By the event loop, so that other callers have their turn.
            channel.eventLoop().execute(this::turn);
        } else {
            next = channel.eventLoop().schedule(this::turn, TURN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void end(String why) {
        if (ending) {
            return;
        }
        ending = true;
        if (next != null) {
            next.cancel(false);
        }
        capture.stop()
                .whenComplete(
                        (nothing, failure) ->
                                channel.eventLoop()
                                        .execute(() -> last(failure == null ? why : "" + failure)));
    }

    private void last(String why) {
        ByteBuf rest = channel.alloc().directBuffer(FIRST_BYTES);
        capture.finish(rest);
        recorder.accept(
                "%d frames given, %d not captured for want of room: %s"
                        .formatted(capture.frames(), capture.missed(), why));
        if (!channel.isActive()) {
            rest.release();
            return;
        }
        LastHttpContent end = new DefaultLastHttpContent(rest);
        end.trailingHeaders().set(FRAMES, capture.frames()).set(MISSED, capture.missed());
        channel.writeAndFlush(end).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end("its caller ended it");
        } else if (event == Closing.NOW) {
            end("the monitor stops");
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end("its caller is gone");
        ctx.fireChannelInactive();
    }
}
