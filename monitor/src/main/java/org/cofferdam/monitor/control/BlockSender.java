package org.cofferdam.monitor.control;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.read.BlockFeed;
import org.cofferdam.audit.read.DirectoryFeed;
import org.cofferdam.audit.read.LogOrigin;
import org.cofferdam.audit.read.MonitorFeed;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /v1/audit/blocks?from=N&follow=true}: whole blocks of the audit log as they are in its files, one
 * behind the other, until the log's end, or until the caller goes.
 *
 * <p>Each answer has a thread of its own, which reads the files, so that neither the control thread nor the log's writer
 * waits for it; a caller who does not read stops that thread and nothing else. At most {@value #MAX_STREAMS} at once.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
final class BlockSender implements AutoCloseable {
    private static final int MAX_STREAMS = 4;

    /** Blocks are put together to pieces of this size: each costs two wake-ups. */
    private static final int PIECE = 1024 * 1024;

    private static final Duration WAIT = Duration.ofMillis(200);
    private static final long END_MILLIS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(BlockSender.class);

    /**
     * What is asked for.
     *
     * @param from number of the first block
     * @param follow whether to go on with what is written later
     */
    record Request(long from, boolean follow) {
        /** Reads {@code from=12&follow=true}; both may be left out. */
        static Request parse(String query) {
            long from = 0;
            boolean follow = false;
            for (String part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
                if (part.matches("from=[0-9]{1,18}")) {
                    from = Long.parseLong(part.substring(5));
                } else if (part.equals("follow=true") || part.equals("follow=false")) {
                    follow = part.endsWith("true");
                } else {
                    throw OperatorError.usage(
                            "the log's blocks are asked for with from=NUMBER and follow=true, nothing else");
                }
            }
            return new Request(from, follow);
        }
    }

    private final Optional<Path> directory;
    private final Map<Channel, Thread> streams = new ConcurrentHashMap<>();
    private volatile boolean closed;

    BlockSender(Optional<Path> directory) {
        this.directory = directory;
    }

    /**
     * Begins to send. Control thread.
     *
     * @return what to answer instead, if it cannot be done
     */
    Optional<Answer> send(Channel channel, Request request) {
        if (directory.isEmpty()) {
            return Optional.of(
                    Answer.error(409, ExitCode.ENVIRONMENT, "this monitor has no audit log"));
        }
        if (closed || streams.size() >= MAX_STREAMS) {
            return Optional.of(
                    Answer.error(
                            503,
                            ExitCode.ENVIRONMENT,
                            MAX_STREAMS + " readers follow the log already; end one of them"));
        }
        Thread thread = new Thread(() -> run(directory.get(), channel, request), "audit-blocks");
        thread.setDaemon(true);
        streams.put(channel, thread);
        thread.start();
        return Optional.empty();
    }

    private void run(Path log, Channel channel, Request request) {
        boolean begun = false;
        try (DirectoryFeed feed =
                DirectoryFeed.open(
                        log,
                        request.from(),
                        request.follow(),
                        BlockFeed.BlockInterest.everything())) {
            LogOrigin origin =
                    DirectoryFeed.originOf(log)
                            .orElseThrow(() -> new IOException("no sound segment is there"));
            begun = true;
            done(channel.writeAndFlush(head(origin)));
            Piece piece = new Piece(feed, channel);
            while (!closed && channel.isActive() && feed.next(piece, WAIT)) {
                piece.flush();
            }
            piece.flush();
            if (!closed && channel.isActive()) {
                done(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
            }
        } catch (IOException | AuditLogException e) {
            // In the middle of an answer there is no way to say why it ends; the caller sees that
            // it ended early.
            LOG.debug("control: the log's blocks could not be sent on", e);
            if (!begun) {
                refuse(channel, e);
            }
        } finally {
            channel.close();
            streams.remove(channel);
        }
    }

    private static void refuse(Channel channel, Exception why) {
        Answer answer =
                Answer.error(
                        500,
                        ExitCode.FAILURE,
                        "the monitor cannot read its own log (" + why.getMessage() + ")");
        channel.writeAndFlush(ControlConnection.response(answer)).awaitUninterruptibly(END_MILLIS);
    }

    private static HttpResponse head(LogOrigin origin) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(CONTENT_TYPE, "application/octet-stream")
                .set(CONNECTION, "close")
                .set(
                        MonitorFeed.LOG_HEADER,
                        LogOrigin.idText(origin.logIdHigh(), origin.logIdLow()))
                .set(MonitorFeed.HOST_HEADER, origin.host().replaceAll("[^!-~]", "_"));
        return head;
    }

    /** Waits until it is in the socket; so the caller's pace is this thread's. */
    private static void done(ChannelFuture write) throws IOException {
        write.awaitUninterruptibly();
        if (!write.isSuccess()) {
            throw new IOException("the caller has gone", write.cause());
        }
    }

    /** Collects blocks. What is damaged is left out: the caller sees the gap in the numbers. */
    private static final class Piece implements BlockFeed.Sink {
        private final DirectoryFeed feed;
        private final Channel channel;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(PIECE);

        Piece(DirectoryFeed feed, Channel channel) {
            this.feed = feed;
            this.channel = channel;
        }

        @Override
        public void block(LogOrigin origin, BlockHeader header, MemorySegment payload) {
            byte[] image = feed.image();
            if (bytes.size() > 0 && bytes.size() + image.length > PIECE) {
                try {
                    flush();
                } catch (IOException gone) {
                    bytes.reset();
                    feed.close();
                    return;
                }
            }
            bytes.write(image, 0, image.length);
        }

        @Override
        public void damage(String sentence) {
            LOG.warn("control: a block of the audit log is not sent: {}", sentence);
        }

        void flush() throws IOException {
            if (bytes.size() == 0) {
                return;
            }
            byte[] piece = bytes.toByteArray();
            bytes.reset();
            done(channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece))));
        }
    }

    /** Ends all that are under way, and waits a moment for their threads, which use what is closed next. */
    @Override
    public void close() {
        closed = true;
        List<Thread> threads = List.copyOf(streams.values());
        streams.keySet().forEach(Channel::close);
        for (Thread thread : threads) {
            try {
                thread.join(END_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
