package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.libos.frontend.BackEndException;
import org.cofferdam.libos.guest.GuestNetwork;
import org.cofferdam.libos.net.socket.NetException;
import org.cofferdam.libos.net.stack.StackSettings;
import org.cofferdam.libos.net.tcp.TcpConnection;
import org.cofferdam.libos.net.tcp.TcpListener;
import org.cofferdam.libos.net.wire.IpAddress;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The library OS's network, reached from the far side of the card: kernel, wire, card, driver domain, switch, rings,
 * stack, and all the way back. The server is in this JVM; the client is curl in a namespace.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NeedsKvm
final class LibraryNetworkTest {
    private static final String IP = "10.77.0.9";
    private static final String URL = "http://" + IP + ":8080/";
    private static final int BYTES = 60 << 20;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    @SuppressWarnings("NullAway.Init") // before all tests
    private static GuestNetwork guest;

    @SuppressWarnings("NullAway.Init")
    private static TcpListener listener;

    private static volatile boolean ending;
    private static volatile String uploaded = "";

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    @BeforeAll
    static void aGuestThatServes() throws BackEndException {
        RunningMonitor monitor = PLACE.monitor();
        guest(monitor, "add", "library", "--mac", "02:00:00:00:00:99", "--ip", IP).orFail();
        Path socket = Path.of(show(monitor).at("socket").asText());
        guest = GuestNetwork.start(socket, StackSettings.DEFAULT);
        guest.setV4(IpAddress.parse(IP), 24, IpAddress.ANY_V4);
        listener =
                guest.onStack(
                        () -> guest.stack().tcp().listen(IpAddress.ANY_V4, 8080, 16, 1 << 20));
        Thread.ofPlatform().name("server").daemon().start(LibraryNetworkTest::serve);
    }

    @AfterAll
    static void nothingIsLeft() {
        ending = true;
        guest.close();
    }

    private static Command.Result guest(RunningMonitor monitor, String command, String... words) {
        return monitor.launcher("guest", command)
                .with(words)
                .with("--run-dir", monitor.runDir().toString())
                .run();
    }

    private static Json show(RunningMonitor monitor) {
        return Json.parse(guest(monitor, "show", "library", "-o", "json").orFail().out());
    }

    // --- a server of one page, by the stack's own sockets

    private static void serve() {
        while (!ending) {
            TcpConnection connection = listener.accept();
            if (connection == null) {
                LockSupport.parkNanos(100_000);
                continue;
            }
            try {
                answer(connection);
            } catch (NetException e) {
                connection.abort();
            }
        }
    }

    private static void answer(TcpConnection connection) throws NetException {
        byte[] piece = new byte[1 << 16];
        StringBuilder head = new StringBuilder();
        while (!head.toString().contains("\r\n\r\n")) {
            // One byte at a time, so that nothing of the body is taken.
            int n = read(connection, piece, 1);
            if (n < 0) {
                connection.close();
                return;
            }
            head.append((char) piece[0]);
        }
        String request = head.toString();
        if (request.startsWith("PUT ")) {
            MessageDigest digest = sha256();
            long left = Long.parseLong(request.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
            while (left > 0) {
                int n = read(connection, piece, (int) Math.min(left, piece.length));
                if (n < 0) {
                    break;
                }
                digest.update(piece, 0, n);
                left -= n;
            }
            uploaded = HexFormat.of().formatHex(digest.digest());
            write(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        } else {
            write(
                    connection,
                    "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                            .formatted(BYTES));
            write(connection, page());
        }
        connection.close();
    }

    private static byte[] page() {
        byte[] page = new byte[BYTES];
        new SplittableRandom(5).nextBytes(page);
        return page;
    }

    private static int read(TcpConnection connection, byte[] into, int most) throws NetException {
        int n;
        while ((n = connection.read(into, 0, most)) == 0) {
            LockSupport.parkNanos(20_000);
        }
        return n;
    }

    private static void write(TcpConnection connection, String text) throws NetException {
        write(connection, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void write(TcpConnection connection, byte[] bytes) throws NetException {
        for (int done = 0; done < bytes.length; ) {
            int n = connection.write(bytes, done, bytes.length - done);
            done += n;
            if (n == 0) {
                LockSupport.parkNanos(20_000);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    // --- what the far side sees

    @Test
    @Order(1)
    void itAnswersPings() {
        network.awaitPath(Namespace.OUTSIDE, IP);
        assertEquals(0, network.loss(Namespace.OUTSIDE, IP, 20));
        assertEquals("running", show(monitor).at("state").asText());
    }

    @Test
    @Order(2)
    void whatCurlFetchesIsIntact() {
        String hash = HexFormat.of().formatHex(sha256().digest(page()));
        String said = network.shell(Namespace.OUTSIDE, "curl -s -m 60 " + URL + " | sha256sum");
        assertEquals(hash, said.substring(0, 64));
    }

    @Test
    @Order(3)
    void whatCurlSendsIsIntact() {
        String file = monitor.folder().resolve("upload").toString();
        String said =
                network.shell(
                        Namespace.OUTSIDE,
                        "head -c 40000000 /dev/urandom > "
                                + file
                                + "; curl -s -m 60 -T "
                                + file
                                + " "
                                + URL
                                + "; sha256sum < "
                                + file);
        assertEquals(uploaded, said.substring(0, 64));
    }

    @Test
    @Order(4)
    void aTransferOutlivesTheDriver() {
        String hash = HexFormat.of().formatHex(sha256().digest(page()));
        Thread killer =
                Thread.ofPlatform().start(() -> monitor.call("restart-driver", "--kill").orFail());
        String said =
                network.shell(
                        Namespace.OUTSIDE,
                        "curl -s -m 60 --limit-rate 20M " + URL + " | sha256sum");
        assertEquals(hash, said.substring(0, 64));
        try {
            killer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertEquals("running", show(monitor).at("state").asText());
    }
}
