package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.cofferdam.tests.lab.Testpmd;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A guest attaches to a running, confined monitor, and is reached from the wire through the card. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NeedsKvm
final class GuestPortTest {
    private static final String MAC = "02:00:00:00:00:77";
    private static final String IP = NetworkNamespaces.GUEST_IP;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    private Command.Result guest(String command, String... arguments) {
        return monitor.launcher("guest", command)
                .with(arguments)
                .with("--run-dir", monitor.runDir().toString())
                .run();
    }

    private Json show() {
        return Json.parse(guest("show", "echo", "-o", "json").orFail().out());
    }

    @Test
    @Order(1)
    void aPortIsMadeAndShownAndWhatIsWrongIsRefused() {
        guest("add", "echo", "--mac", MAC, "--ip", IP).orFail();
        assertEquals("waiting", show().at("state").asText());
        assertEquals(MAC, show().at("mac").asText());
        assertTrue(guest("list").orFail().out().contains("echo"));
        assertEquals(4, guest("add", "echo", "--mac", MAC).exit());
        assertEquals(4, guest("add", "other", "--mac", MAC).exit());
        assertEquals(
                4,
                guest("add", "other", "--mac", "02:00:00:00:00:78", "--socket", "/tmp/x").exit());
        assertEquals(2, guest("add", "other", "--mac", "nonsense").exit());
        assertEquals(2, guest("add", "../x", "--mac", MAC).exit());
        assertEquals(4, guest("remove", "nobody").exit());
        assertEquals(4, guest("show", "nobody").exit());
        assertEquals(4, guest("set", "nobody", "--link", "down").exit());
        assertEquals(4, guest("set", "echo", "--mtu", "9000").exit());
        assertEquals(2, guest("set", "echo", "--link", "sideways").exit());
        assertEquals(2, guest("set", "echo").exit());
    }

    @Test
    @Order(2)
    void aGuestIsReachedFromTheWireAndComesBackAfterACrash() {
        assumeTrue(
                Testpmd.folder().isPresent(),
                "testpmd was not unpacked; tests/testpmd/unpack does it");
        Path socket = Path.of(show().at("socket").asText());
        for (int life = 0; life < 2; life++) {
            try (Testpmd guest =
                    Testpmd.thatAnswersPings(socket, MAC, monitor.folder().resolve("testpmd"))) {
                monitor.await("the guest's queues", () -> show().at("queues").asLong() == 2);
                assertEquals("running", show().at("state").asText());
                network.awaitPath(Namespace.OUTSIDE, IP);
                assertEquals(0, network.loss(Namespace.OUTSIDE, IP, 10), guest::said);
                // The policy names no peers: the host is not one.
                assertEquals(100, network.loss(Namespace.HOST, IP, 2));
                if (life == 0) {
                    aPortThatIsChangedJudgesByWhatIsNew();
                } else {
                    monitor.call("restart-driver", "--kill").orFail();
                    network.awaitPath(Namespace.OUTSIDE, IP);
                    assertEquals("running", show().at("state").asText());
                }
                guest.kill();
            }
            monitor.await("the port to wait", () -> show().at("state").asText().equals("waiting"));
        }
        assertFalse(monitor.records("GUEST_MESSAGE").isEmpty());
        assertFalse(monitor.records("GUEST_MEMORY").isEmpty());
        assertEquals(2, monitor.records("GUEST_LEFT").size());
        List<Json> states = monitor.records("GUEST_SESSION");
        assertTrue(states.size() >= 6, states.toString());
    }

    private void aPortThatIsChangedJudgesByWhatIsNew() {
        guest("set", "echo", "--link", "down", "--mtu", "1400").orFail();
        assertEquals("false", show().at("linkUp").asText());
        assertEquals(1400, show().at("mtu").asLong());
        assertEquals(100, network.loss(Namespace.OUTSIDE, IP, 2));
        guest("set", "echo", "--link", "up").orFail();
        network.awaitPath(Namespace.OUTSIDE, IP);
        assertEquals(1400, show().at("mtu").asLong());
        guest("set", "echo", "--mtu", "1500").orFail();
        assertEquals("running", show().at("state").asText());
    }

    @Test
    @Order(3)
    void nonsenseCostsItsSenderTheConnectionAndIsOnRecord() throws IOException {
        int before = monitor.records("GUEST_REFUSED").size();
        UnixDomainSocketAddress place = UnixDomainSocketAddress.of(show().at("socket").asText());
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.connect(place);
            peer.write(
                    ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            assertEquals(-1, readToEnd(peer));
        }
        monitor.await("the record", () -> monitor.records("GUEST_REFUSED").size() == before + 1);
    }

    /** The tests run as root, whom no file mode keeps out: it is the socket's credentials that do. */
    @Test
    @Order(3)
    void anotherUserThanThePolicysIsRefused() throws IOException {
        guest("add", "theirs", "--mac", "02:00:00:00:00:79", "--uid", "65534").orFail();
        Json theirs = Json.parse(guest("show", "theirs", "-o", "json").orFail().out());
        int before = monitor.records("GUEST_REFUSED").size();
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.connect(UnixDomainSocketAddress.of(theirs.at("socket").asText()));
            assertEquals(-1, readToEnd(peer));
        }
        monitor.await("the record", () -> monitor.records("GUEST_REFUSED").size() == before + 1);
        String said = monitor.records("GUEST_REFUSED").getLast().toString();
        assertTrue(said.contains("uid 0"), said);
        guest("remove", "theirs").orFail();
    }

    private static int readToEnd(SocketChannel peer) {
        try {
            return peer.read(ByteBuffer.allocate(64));
        } catch (IOException reset) {
            return -1;
        }
    }

    @Test
    @Order(4)
    void afterItsRemovalNothingOfThePortIsLeft() {
        Path socket = Path.of(show().at("socket").asText());
        guest("remove", "echo").orFail();
        assertFalse(socket.toFile().exists());
        assertEquals(4, guest("show", "echo").exit());
        assertEquals("[]", guest("list", "-o", "json").orFail().out().strip());
    }
}
