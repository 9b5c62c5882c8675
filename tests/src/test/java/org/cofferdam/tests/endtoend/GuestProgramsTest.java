package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.KafkaBroker;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Programs that go through java.net or bring networking of their own, in guests of a running monitor: the examples, and a
 * Jetty server as it is. What they talk to is in a namespace on the far side of the card.
 */
@NeedsKvm
final class GuestProgramsTest {
    private static final String SERVER = "10.77.0.41";
    private static final String ECHO = "10.77.0.42";
    private static final String SENDER = "10.77.0.43";
    private static final String JETTY_SERVER = "10.77.0.44";
    private static final int RECORDS = 10_000;
    private static final int CONNECTIONS = 64;
    private static final String EXAMPLES = "org.cofferdam.examples.";

    /** A server on Jetty, from the jars that Jetty publishes: says who asked for what. */
    private static final String JETTY =
            """
            import java.nio.charset.StandardCharsets;
            import org.eclipse.jetty.io.Content;
            import org.eclipse.jetty.server.*;
            import org.eclipse.jetty.util.Callback;
            import java.net.InetSocketAddress;

            void main(String[] args) throws Exception {
                var server = new Server(new InetSocketAddress(args[0], Integer.parseInt(args[1])));
                server.setHandler(new Handler.Abstract() {
                    public boolean handle(Request request, Response response, Callback callback) {
                        String path = request.getHttpURI().getPath();
                        int times = Integer.parseInt(path.substring(1));
                        Content.Sink.write(response, true, "jetty in a guest\\n".repeat(times), callback);
                        return true;
                    }
                });
                server.start();
                server.join();
            }
            """;

    /** Sends datagrams of many sizes to an echo and compares what comes back. */
    private static final String UDP_CLIENT =
            """
            import java.net.*;
            import java.util.*;

            void main(String[] args) throws Exception {
                try (var socket = new DatagramSocket()) {
                    socket.setSoTimeout(2000);
                    var random = new Random(7);
                    int right = 0;
                    for (int i = 0; i < 300; i++) {
                        byte[] sent = new byte[random.nextInt(9000)];
                        random.nextBytes(sent);
                        var got = new DatagramPacket(new byte[9001], 9001);
                        // A datagram may be lost; the first ones wait for a neighbour's address.
                        for (int tries = 0; tries < 3; tries++) {
                            socket.send(new DatagramPacket(sent, sent.length, InetAddress.getByName(args[0]), 7));
                            try {
                                socket.receive(got);
                                break;
                            } catch (SocketTimeoutException e) {
                                System.out.println("again");
                            }
                        }
                        if (Arrays.equals(sent, Arrays.copyOf(got.getData(), got.getLength()))) {
                            right++;
                        }
                    }
                    System.out.println(right + " came back as they were sent");
                }
            }
            """;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    @RegisterExtension private static final GuestJvms GUESTS = new GuestJvms(PLACE);

    private final NetworkNamespaces network = PLACE.network();

    @BeforeAll
    static void ports() throws IOException {
        GUESTS.port("server", "02:00:00:00:00:41", SERVER);
        GUESTS.port("echo", "02:00:00:00:00:42", ECHO);
        GUESTS.port("sender", "02:00:00:00:00:43", SENDER);
        GUESTS.port("jetty", "02:00:00:00:00:44", JETTY_SERVER);
        Files.writeString(file("JettyServer.java"), JETTY);
        Files.writeString(file("UdpClient.java"), UDP_CLIENT);
    }

    private static Path file(String name) {
        return PLACE.monitor().folder().resolve(name);
    }

    private String outside(String line) {
        return network.shell(Namespace.OUTSIDE, line);
    }

    @Test
    void theExampleOfAnHttpServerServesAndTakesWhatItShould() throws IOException {
        Process server =
                GUESTS.start(
                        "http",
                        GUESTS.program(
                                "server",
                                SERVER,
                                GuestJvms.examples(),
                                EXAMPLES + "FileServer",
                                SERVER,
                                "8080"));
        String at = "http://" + SERVER + ":8080/";
        GUESTS.awaitPage("http", Namespace.OUTSIDE, at);
        Path got = file("got");
        outside("curl -sf -m 50 -o " + got + " " + at + "bytes/50000000");
        assertEquals(50_000_000, Files.size(got));
        // It is asked for the hash of what it served itself, by way of the client.
        String hash = outside("curl -sf -m 50 -T " + got + " " + at + "hash").strip();
        assertEquals(hash, outside("sha256sum < " + got).substring(0, 64));
        assertEquals(
                List.of(hash),
                outside(
                                "for i in 1 2 3; do curl -sf -m 50 "
                                        + at
                                        + "bytes/50000000 | sha256sum; done")
                        .lines()
                        .map(l -> l.substring(0, 64))
                        .distinct()
                        .toList());
        server.destroy();
    }

    @Test
    void theExampleOfAnEchoSendsBackDatagramsOfAllSizes() throws IOException {
        Process echo =
                GUESTS.start(
                        "udp",
                        GUESTS.program(
                                "echo",
                                ECHO,
                                GuestJvms.examples(),
                                EXAMPLES + "UdpEcho",
                                ECHO,
                                "7"));
        GUESTS.awaitWords("udp", "echoing on");
        Command.Result client =
                network.in(
                                Namespace.OUTSIDE,
                                GuestJvms.jdk("java"),
                                file("UdpClient.java").toString(),
                                ECHO)
                        .run()
                        .orFail();
        assertTrue(client.out().contains("300 came back as they were sent"), client.toString());
        echo.destroy();
    }

    @Test
    void theExampleOfAKafkaSenderReachesABrokerOutside() throws IOException {
        KafkaBroker broker = new KafkaBroker(PLACE, GUESTS, "broker");
        broker.start();
        Command.Result sent =
                GUESTS.program(
                                "sender",
                                SENDER,
                                GuestJvms.examples(),
                                EXAMPLES + "KafkaSender",
                                broker.address(),
                                "from-a-guest",
                                Integer.toString(RECORDS))
                        .run()
                        .orFail();
        assertTrue(sent.out().contains(RECORDS + " records acknowledged"), sent.toString());
        List<String> expected =
                IntStream.range(0, RECORDS)
                        .mapToObj(i -> i + "=record " + i + " of " + RECORDS)
                        .toList();
        assertEquals(expected, broker.records("from-a-guest", RECORDS));
    }

    @Test
    void aJettyServerAnswersManyConnectionsAtOnce() throws IOException {
        Process server =
                GUESTS.start(
                        "jetty",
                        GUESTS.javaWith(
                                GuestJvms.jarsOfOthers(),
                                "jetty",
                                JETTY_SERVER,
                                file("JettyServer.java").toString(),
                                JETTY_SERVER,
                                "8081"));
        String at = "http://" + JETTY_SERVER + ":8081/";
        GUESTS.awaitPage("jetty", Namespace.OUTSIDE, at + "1");
        String answers =
                outside(
                        "for i in $(seq "
                                + CONNECTIONS
                                + "); do (curl -sf -m 50 "
                                + at
                                + "100000 | sha256sum) & done; wait");
        String whole = outside("yes 'jetty in a guest' | head -n 100000 | sha256sum");
        assertEquals(CONNECTIONS, answers.lines().count());
        assertEquals(List.of(whole.strip()), answers.lines().distinct().toList());
        server.destroy();
    }
}
