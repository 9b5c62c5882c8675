package org.cofferdam.audit.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.format.BlockLayout;
import org.jspecify.annotations.Nullable;

/**
 * Blocks from a running monitor: {@code GET /v1/audit/blocks} of its control API, whose answer is whole blocks one
 * behind the other until the connection ends. When following, it connects again after the monitor was started anew and
 * goes on behind the last block it had.
 *
 * <p>The answer is trusted as little as a file: lengths are bounded before anything is kept, each block's hash and
 * checksum are right before it is handed on, and block numbers only grow. What is not read stays in the socket, and
 * there holds the monitor's sending thread back, nothing else of it.
 */
public final class MonitorFeed implements BlockFeed {
    /** The names of the answer's headers that say whose log it is. */
    public static final String HOST_HEADER = "cofferdam-host";

    /** See {@link LogOrigin#idText}. */
    public static final String LOG_HEADER = "cofferdam-log";

    private static final int MAX_HEAD = 16 * 1024;
    private static final int MAX_ERROR = 16 * 1024;
    private static final int MAX_BLOCK = BlockLayout.HEADER_BYTES + BlockLayout.READABLE_PAYLOAD;
    private static final int BATCH = 256;
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(15);
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Path socket;
    private final boolean follow;
    private final BlockInterest interest;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocate(2 * MAX_BLOCK);
    private @Nullable SocketChannel channel;
    private LogOrigin origin;
    private String logId = "";
    private long nextBlock;
    private volatile boolean closed;

    private MonitorFeed(Path socket, long fromBlock, boolean follow, BlockInterest interest)
            throws IOException {
        this.socket = socket;
        this.nextBlock = fromBlock;
        this.follow = follow;
        this.interest = interest;
        this.selector = Selector.open();
        this.origin = new LogOrigin("", 0, 0, socket.toString());
    }

    /**
     * Connects to a monitor and asks for its log.
     *
     * @param fromBlock the first block that is wanted
     * @throws AuditLogException if no monitor answers there, or it refuses
     */
    public static MonitorFeed open(
            Path socket, long fromBlock, boolean follow, BlockInterest interest)
            throws IOException {
        MonitorFeed feed = new MonitorFeed(socket, fromBlock, follow, interest);
        boolean opened = false;
        try {
            feed.connect();
            opened = true;
            return feed;
        } finally {
            if (!opened) {
                feed.close();
            }
        }
    }

    /** Asks, and reads the head of the answer. */
    private void connect() throws IOException {
        SocketChannel fresh = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel = fresh;
        try {
            fresh.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new AuditLogException(
                    Problem.NO_LOG,
                    "no monitor answers at " + socket + " (" + e.getMessage() + ")",
                    e);
        }
        fresh.configureBlocking(false);
        fresh.register(selector, SelectionKey.OP_READ);
        ByteBuffer request =
                ByteBuffer.wrap(
                        ("GET /v1/audit/blocks?from="
                                        + Long.toUnsignedString(nextBlock)
                                        + (follow ? "&follow=true" : "")
                                        + " HTTP/1.1\r\nHost: monitor\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        // About a hundred bytes into an empty socket buffer: they fit at once.
        fresh.write(request);
        buffer.clear();
        String head = head(fresh);
        if (!head.startsWith("HTTP/1.1 200")) {
            throw new AuditLogException(Problem.NO_LOG, refusal(fresh, head));
        }
        String host = field(head, HOST_HEADER);
        String id = field(head, LOG_HEADER);
        if (!id.matches("[0-9a-f]{32}")) {
            throw new AuditLogException(
                    Problem.NO_LOG,
                    "what answers at " + socket + " is not a monitor with an audit log");
        }
        if (!logId.isEmpty() && !id.equals(logId)) {
            // Started anew with another log: it is read from its beginning.
            logId = id;
            if (nextBlock != 0) {
                nextBlock = 0;
                disconnect();
                connect();
                return;
            }
        }
        logId = id;
        origin =
                new LogOrigin(
                        host.length() > 64 ? host.substring(0, 64) : host,
                        Long.reverseBytes(Long.parseUnsignedLong(id.substring(0, 16), 16)),
                        Long.reverseBytes(Long.parseUnsignedLong(id.substring(16), 16)),
                        socket.toString());
    }

    /** Reads up to the empty line; what came behind it stays in the buffer. */
    private String head(SocketChannel from) throws IOException {
        long until = System.nanoTime() + FIRST_ANSWER.toNanos();
        while (true) {
            String soFar =
                    new String(
                            buffer.array(),
                            0,
                            Math.min(buffer.position(), MAX_HEAD),
                            StandardCharsets.ISO_8859_1);
            int end = soFar.indexOf("\r\n\r\n");
            if (end >= 0) {
                buffer.flip().position(end + 4);
                buffer.compact();
                return soFar.substring(0, end + 2);
            }
            if (buffer.position() >= MAX_HEAD || closed || !read(from, until)) {
                throw new AuditLogException(
                        Problem.NO_LOG,
                        "what answers at " + socket + " is not a monitor's control API");
            }
        }
    }

    /** Waits for bytes and takes them; false at the connection's end, or if none came in time. */
    private boolean read(SocketChannel from, long until) throws IOException {
        while (!closed) {
            int n = from.read(buffer);
            if (n != 0) {
                return n > 0;
            }
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            selector.select(left);
            selector.selectedKeys().clear();
        }
        return false;
    }

    private String refusal(SocketChannel from, String head) throws IOException {
        long until = System.nanoTime() + RETRY.toNanos();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        do {
            body.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        } while (body.size() < MAX_ERROR && read(from, until));
        String text = body.toString(StandardCharsets.UTF_8);
        int start = text.indexOf("\"error\":\"");
        int end = start < 0 ? -1 : text.indexOf('"', start + 9);
        String why =
                end < 0
                        ? head.lines().findFirst().orElse("without a reason")
                        : text.substring(start + 9, end);
        return "the monitor at " + socket + " refused its log: " + CrossingFormat.harmless(why);
    }

    private static String field(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }

    @Override
    public synchronized boolean next(Sink sink, Duration wait) throws IOException {
        long until = System.nanoTime() + wait.toNanos();
        try {
            while (!closed) {
                SocketChannel from = channel;
                if (from == null) {
                    if (!connectAgain(until)) {
                        return true;
                    }
                    continue;
                }
                int brought = bring(sink);
                if (brought > 0) {
                    return true;
                }
                // Without follow, the monitor sends what there is and ends the connection.
                long patience = follow ? until : System.nanoTime() + FIRST_ANSWER.toNanos();
                if (!read(from, patience)) {
                    if (closed || (follow && from.isOpen() && System.nanoTime() >= until)) {
                        return !closed;
                    }
                    if (buffer.position() > 0) {
                        sink.damage(socket + ": the connection ended in the middle of a block");
                    }
                    disconnect();
                    if (!follow) {
                        return false;
                    }
                }
            }
        } catch (ClosedChannelException e) {
            if (!closed) {
                throw e;
            }
        }
        return false;
    }

    /** Tries once, after a moment; a monitor that is being started anew is not there for a while. */
    private boolean connectAgain(long until) throws IOException {
        long left = until - System.nanoTime();
        if (left <= 0 || closed) {
            return false;
        }
        selector.select(Math.max(1, Math.min(RETRY.toMillis(), left / 1_000_000)));
        try {
            connect();
            return true;
        } catch (AuditLogException | IOException notYet) {
            disconnect();
            return !closed && System.nanoTime() < until;
        }
    }

    /** Hands on the whole blocks that are in the buffer. */
    private int bring(Sink sink) throws IOException {
        byte[] bytes = buffer.array();
        int at = 0;
        int brought = 0;
        try {
            while (brought < BATCH
                    && buffer.position() - at >= BlockLayout.HEADER_BYTES
                    && !closed) {
                BlockHeader header = BlockHeader.read(MemorySegment.ofArray(bytes), at);
                if (!header.plausible()) {
                    throw new IOException("what the monitor sends are no blocks");
                }
                int total = header.totalBytes();
                if (buffer.position() - at < total) {
                    break;
                }
                Optional<BlockImage> image =
                        BlockImage.check(Arrays.copyOfRange(bytes, at, at + total));
                at += total;
                brought++;
                if (image.isEmpty()) {
                    sink.damage(
                            socket
                                    + ", block "
                                    + Long.toUnsignedString(header.number())
                                    + ": the block does not fit its hash");
                } else {
                    hand(image.get(), sink);
                }
            }
        } finally {
            buffer.flip().position(at);
            buffer.compact();
        }
        return brought;
    }

    private void hand(BlockImage image, Sink sink) {
        BlockHeader header = image.header();
        if (Long.compareUnsigned(header.number(), nextBlock) < 0
                || header.logIdHigh() != origin.logIdHigh()
                || header.logIdLow() != origin.logIdLow()) {
            sink.damage(
                    socket
                            + ", block "
                            + Long.toUnsignedString(header.number())
                            + ": it does not belong behind what was sent before");
            return;
        }
        nextBlock = header.number() + 1;
        if (interest.mayHold(header)) {
            sink.block(origin, header, image.payload());
        } else {
            sink.skipped(1, header.records());
        }
    }

    private void disconnect() throws IOException {
        SocketChannel open = channel;
        channel = null;
        buffer.clear();
        if (open != null) {
            open.close();
            selector.selectNow(); // lets the closed channel's key go
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        synchronized (this) {
            try {
                disconnect();
                selector.close();
            } catch (IOException e) {
                channel = null; // there is nothing left to lose
            }
        }
    }
}
