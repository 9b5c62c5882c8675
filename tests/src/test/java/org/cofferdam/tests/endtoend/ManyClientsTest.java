package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server in a guest, as many clients at once load it from beyond the card: wrk, and a thousand open connections. */
@NeedsKvm
final class ManyClientsTest {
    private static final String IP = "10.77.0.31";
    private static final String FILES_IP = "10.77.0.32";
    private static final String URL = "http://" + IP + ":8080/";
    private static final int PAGE_BYTES = 4096;
    private static final int WRK_CONNECTIONS = 64;
    private static final int OPEN_AT_ONCE = 1000;
    private static final long BIG_BYTES = 1_000_000_000;
    private static final boolean SOAK = Boolean.getBoolean("cofferdam.soak");
    private static final Pattern SERVED = Pattern.compile("(\\d+) requests in");

    /** An HTTP server on Netty's NIO transport that keeps its connections; the page's bytes are those of a seed. */
    private static final String SERVER =
            """
            import io.netty.bootstrap.ServerBootstrap;
            import io.netty.buffer.Unpooled;
            import io.netty.channel.*;
            import io.netty.channel.nio.NioIoHandler;
            import io.netty.channel.socket.SocketChannel;
            import io.netty.channel.socket.nio.NioServerSocketChannel;
            import io.netty.handler.codec.http.*;
            import java.util.Random;

            void main(String[] args) throws Exception {
                byte[] page = new byte[Integer.parseInt(args[2])];
                new Random(7).nextBytes(page);
                var group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
                var server = new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
                    .option(ChannelOption.SO_BACKLOG, 1024)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        protected void initChannel(SocketChannel c) {
                            c.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20),
                                new SimpleChannelInboundHandler<FullHttpRequest>() {
                                    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
                                        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK,
                                            Unpooled.wrappedBuffer(page));
                                        HttpUtil.setContentLength(response, page.length);
                                        context.writeAndFlush(response);
                                    }
                                });
                        }
                    });
                server.bind(args[0], Integer.parseInt(args[1])).sync().channel().closeFuture().sync();
            }
            """;

    /** Opens connections, then asks on each of them twice, in both orders, while all are open. */
    private static final String CLIENT =
            """
            import java.io.*;
            import java.net.*;
            import java.util.*;

            void main(String[] args) throws Exception {
                int count = Integer.parseInt(args[2]);
                byte[] page = new byte[Integer.parseInt(args[3])];
                new Random(7).nextBytes(page);
                List<Socket> open = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    var socket = new Socket(args[0], Integer.parseInt(args[1]));
                    socket.setSoTimeout(30_000);
                    open.add(socket);
                }
                System.out.println(open.size() + " open");
                for (int round = 0; round < 2; round++) {
                    for (Socket socket : open) {
                        socket.getOutputStream().write("GET / HTTP/1.1\\r\\nHost: guest\\r\\n\\r\\n".getBytes());
                    }
                    int served = 0;
                    for (Socket socket : open) {
                        served += Arrays.equals(page, body(socket.getInputStream(), page.length)) ? 1 : 0;
                    }
                    System.out.println(served + " served");
                    Collections.reverse(open);
                }
                for (Socket socket : open) {
                    socket.close();
                }
            }

            byte[] body(InputStream in, int length) throws IOException {
                var head = new StringBuilder();
                while (head.indexOf("\\r\\n\\r\\n") < 0) {
                    int b = in.read();
                    if (b < 0) {
                        throw new EOFException(head.toString());
                    }
                    head.append((char) b);
                }
                return in.readNBytes(length);
            }
            """;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();
    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    private final NetworkNamespaces network = PLACE.network();

    @BeforeAll
    static void aServerInAGuest() {
        GUESTS.port("netty", "02:00:00:00:00:31", IP);
        String program = GUESTS.program("Server", SERVER);
        Process ignored =
                GUESTS.start(
                        "netty",
                        GUESTS.java(
                                "netty", IP, program, IP, "8080", Integer.toString(PAGE_BYTES)));
        GUESTS.awaitPage("netty", Namespace.OUTSIDE, URL);
    }

    @Test
    void wrkWithSixtyFourConnectionsMeetsNoError() {
        int seconds = SOAK ? 60 : 5;
        Command.Result wrk =
                network.in(
                                Namespace.OUTSIDE,
                                "wrk",
                                "-t2",
                                "-c" + WRK_CONNECTIONS,
                                "-d" + seconds + "s",
                                "--latency",
                                URL)
                        .run(Duration.ofSeconds(seconds + 30))
                        .orFail();
        // wrk says these only if there were some: connect, read, write, time-out; and answers that
        // are not 2xx or 3xx.
        assertFalse(wrk.out().contains("Socket errors"), wrk.toString());
        assertFalse(wrk.out().contains("Non-2xx"), wrk.toString());
        Matcher served = SERVED.matcher(wrk.out());
        assertTrue(served.find() && Long.parseLong(served.group(1)) > 1000, wrk.toString());
    }

    @Test
    void aThousandConnectionsOpenAtOnceAreAllServedTwice() {
        String program = GUESTS.program("Client", CLIENT);
        Command.Result client =
                GUESTS.plainJava(Namespace.OUTSIDE)
                        .with(
                                program,
                                IP,
                                "8080",
                                Integer.toString(OPEN_AT_ONCE),
                                Integer.toString(PAGE_BYTES))
                        .run()
                        .orFail();
        assertEquals(
                "%1$d open%n%1$d served%n%1$d served%n".formatted(OPEN_AT_ONCE),
                client.out(),
                GUESTS.said("netty"));
    }

    @Test
    @Tag("soak")
    void curlFetchesAGigabyteIntact() throws IOException {
        Path folder = Files.createDirectory(PLACE.monitor().folder().resolve("www"));
        byte[] piece = new byte[1_000_000];
        SplittableRandom random = new SplittableRandom(31);
        try (OutputStream file = Files.newOutputStream(folder.resolve("big"))) {
            for (long written = 0; written < BIG_BYTES; written += piece.length) {
                random.nextBytes(piece);
                file.write(piece);
            }
        }
        GUESTS.port("files", "02:00:00:00:00:32", FILES_IP);
        Process server =
                GUESTS.start(
                        "files",
                        GUESTS.java(
                                "files",
                                FILES_IP,
                                "-m",
                                "jdk.httpserver",
                                "-b",
                                FILES_IP,
                                "-p",
                                "8080",
                                "-d",
                                folder.toString(),
                                "-o",
                                "none"));
        String url = "http://" + FILES_IP + ":8080/";
        GUESTS.awaitPage("files", Namespace.OUTSIDE, url);
        String wanted = network.shell(Namespace.HOST, "sha256sum < " + folder + "/big");
        String got = network.shell(Namespace.OUTSIDE, "curl -s -m 55 " + url + "big | sha256sum");
        assertEquals(wanted.substring(0, 64), got.substring(0, 64), GUESTS.said("files"));
        GuestJvms.kill(server);
    }
}
