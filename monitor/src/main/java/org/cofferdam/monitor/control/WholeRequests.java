package org.cofferdam.monitor.control;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import org.cofferdam.monitor.config.ExitCode;

/** Puts a request's pieces together up to a size; a longer one is answered at once, unread, and its connection closed. */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
final class WholeRequests extends HttpObjectAggregator {
    WholeRequests(int maxBody) {
        super(maxBody, true);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        Answer answer =
                Answer.error(
                        413,
                        ExitCode.USAGE,
                        "the call's body is longer than "
                                + maxContentLength()
                                + " bytes; no call needs that");
        ctx.writeAndFlush(ControlConnection.response(answer))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
