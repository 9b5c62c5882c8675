package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Programs of the JDK and of others, as they are, on the library OS's network: JVMs with the provider named on their command line, as
 * guests of a running monitor. What they talk to is in a namespace on the far side of the card.
 */
@NeedsKvm
final class UnmodifiedProgramsTest {
    private static final String SERVER = "10.77.0.21";
    private static final String CLIENT = "10.77.0.22";
    private static final String NETTY_SERVER = "10.77.0.23";
    private static final int BYTES = 100 << 20;
    private static final int CONNECTIONS = 64;

    /** A program that knows nothing of the library OS: fetches an address and prints what came as a hash. */
    private static final String FETCH =
            """
            import java.net.URI;
            import java.net.http.*;
            import java.security.MessageDigest;
            import java.util.HexFormat;

            void main(String[] args) throws Exception {
                try (var client = HttpClient.newHttpClient()) {
                    var request = HttpRequest.newBuilder(URI.create(args[0])).build();
                    var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
                    var digest = MessageDigest.getInstance("SHA-256");
                    byte[] piece = new byte[65536];
                    try (var body = response.body()) {
                        for (int n; (n = body.read(piece)) >= 0; ) {
                            digest.update(piece, 0, n);
                        }
                    }
                    System.out.println(HexFormat.of().formatHex(digest.digest()));
                }
            }
            """;

    /** A server on Netty's NIO transport, from the jars that Netty publishes. */
    private static final String NETTY =
            """
            import io.netty.bootstrap.ServerBootstrap;
            import io.netty.buffer.Unpooled;
            import io.netty.channel.*;
            import io.netty.channel.nio.NioIoHandler;
            import io.netty.channel.socket.SocketChannel;
            import io.netty.channel.socket.nio.NioServerSocketChannel;
            import io.netty.handler.codec.http.*;
            import java.nio.file.*;

            void main(String[] args) throws Exception {
                byte[] page = Files.readAllBytes(Path.of(args[2]));
                var group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
                var server = new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
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

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    @BeforeAll
    static void aFileAndTwoPorts() throws IOException {
        byte[] piece = new byte[1 << 20];
        SplittableRandom random = new SplittableRandom(21);
        Path folder = Files.createDirectory(PLACE.monitor().folder().resolve("www"));
        try (OutputStream file = Files.newOutputStream(folder.resolve("big"))) {
            for (int written = 0; written < BYTES; written += piece.length) {
                random.nextBytes(piece);
                file.write(piece);
            }
        }
        Files.write(folder.resolve("part"), piece);
        Files.writeString(PLACE.monitor().folder().resolve("Fetch.java"), FETCH);
        Files.writeString(PLACE.monitor().folder().resolve("Server.java"), NETTY);
        GUESTS.port("server", "02:00:00:00:00:21", SERVER);
        GUESTS.port("client", "02:00:00:00:00:22", CLIENT);
        GUESTS.port("netty", "02:00:00:00:00:23", NETTY_SERVER);
    }

    private String www() {
        return monitor.folder().resolve("www").toString();
    }

    private String hash() {
        return network.shell(Namespace.HOST, "sha256sum < " + www() + "/big").substring(0, 64);
    }

    private Process serve() throws IOException {
        Process server =
                GUESTS.start(
                        "server",
                        GUESTS.java(
                                "server",
                                SERVER,
                                "-m",
                                "jdk.httpserver",
                                "-b",
                                SERVER,
                                "-p",
                                "8080",
                                "-d",
                                www(),
                                "-o",
                                "none"));
        GUESTS.awaitPage("server", Namespace.OUTSIDE, "http://" + SERVER + ":8080/");
        return server;
    }

    @Test
    void whatTheJdksWebServerServesInAGuestIsIntact() throws IOException {
        Process server = serve();
        String url = "http://" + SERVER + ":8080/big";
        String got = network.shell(Namespace.OUTSIDE, "curl -s -m 50 " + url + " | sha256sum");
        assertEquals(hash(), got.substring(0, 64), GUESTS.said("server"));

        sixtyFourAtOnce(url.replace("big", "part"));
        server.destroy();
    }

    /** Fetches the smaller file over many connections at once. */
    private void sixtyFourAtOnce(String url) {
        String many =
                network.shell(
                        Namespace.OUTSIDE,
                        "for i in $(seq "
                                + CONNECTIONS
                                + "); do (curl -s -m 50 "
                                + url
                                + " | sha256sum) & done; wait");
        String first = network.shell(Namespace.HOST, "sha256sum < " + www() + "/part");
        assertEquals(
                List.of(first.substring(0, 64)),
                many.lines().map(l -> l.substring(0, 64)).distinct().toList());
        assertEquals(CONNECTIONS, many.lines().count());
    }

    @Test
    void whatNettyServesInAGuestIsIntact() throws IOException {
        String program = monitor.folder().resolve("Server.java").toString();
        Process server =
                GUESTS.start(
                        "netty",
                        GUESTS.java(
                                "netty",
                                NETTY_SERVER,
                                program,
                                NETTY_SERVER,
                                "8082",
                                www() + "/part"));
        String url = "http://" + NETTY_SERVER + ":8082/";
        GUESTS.awaitPage("netty", Namespace.OUTSIDE, url);
        sixtyFourAtOnce(url);
        server.destroy();
    }

    @Test
    void whatTheJdksHttpClientFetchesInAGuestIsIntact() throws IOException {
        Process outside =
                GUESTS.start(
                        "outside",
                        network.in(
                                Namespace.OUTSIDE,
                                GuestJvms.jdk("jwebserver"),
                                "-b",
                                NetworkNamespaces.OUTSIDE_IP,
                                "-p",
                                "8081",
                                "-d",
                                www(),
                                "-o",
                                "none"));
        String at = "http://" + NetworkNamespaces.OUTSIDE_IP + ":8081/";
        GUESTS.awaitPage("outside", Namespace.OUTSIDE, at);
        String program = monitor.folder().resolve("Fetch.java").toString();
        Command.Result got = GUESTS.java("client", CLIENT, program, at + "big").run().orFail();
        assertEquals(hash(), got.out().strip());
        outside.destroy();
    }

    @Test
    void wrongPropertiesAreToldInOneSentence() {
        Command.Result refused =
                GUESTS.java("server", "10.77.0.21/24/7", "-m", "jdk.httpserver", "-b", SERVER)
                        .run();
        assertTrue(
                (refused.out() + refused.err()).contains("cofferdam.libos.ip is not"),
                refused.toString());
        assertTrue(refused.exit() != 0);
    }
}
