package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.PingSeries;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.Testpmd;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A monitor that was stopped, or killed, and started again finds its guests again, and nobody touches them. */
@NeedsKvm
final class GuestReconnectTest {
    private static final String ECHO = "02:00:00:00:00:81";
    private static final String SENDER = "02:00:00:00:00:82";
    private static final String IP = "10.77.0.5";

    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @BeforeEach
    void testpmdIsThere() {
        assumeTrue(
                Testpmd.folder().isPresent(),
                "testpmd was not unpacked; tests/testpmd/unpack does it");
    }

    private static Path configuration(RunningMonitor monitor, String mode) throws IOException {
        Path file = monitor.folder().resolve("guests.conf");
        Files.writeString(
                file,
                """
                guest.echo = mac=%s ip=%s peers=host mode=%s
                guest.sender = mac=%s rate=20kpps mode=%s socket=%s
                """
                        .formatted(
                                ECHO,
                                IP,
                                mode,
                                SENDER,
                                mode,
                                monitor.folder().resolve("sender.sock")));
        return file;
    }

    private static Path echoSocket(RunningMonitor monitor) {
        return monitor.runDir().resolve("guests/echo");
    }

    private static Json port(RunningMonitor monitor, String name) {
        return monitor.status().at("ports").elements().stream()
                .filter(p -> p.at("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFrontEndThatListensIsServedAgainAfterAStopAndAfterAKill() throws IOException {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            String configuration = configuration(monitor, "client").toString();
            Files.createDirectory(monitor.runDir().resolve("guests"));
            try (Testpmd echo =
                            Testpmd.thatListensAndAnswersPings(
                                    echoSocket(monitor), ECHO, monitor.folder().resolve("echo"));
                    Testpmd sender =
                            Testpmd.thatListensAndSends(
                                    monitor.folder().resolve("sender.sock"),
                                    SENDER,
                                    NetworkNamespaces.OUTSIDE_MAC,
                                    monitor.folder().resolve("sender"))) {
                monitor.startAgain("--config", configuration);
                trafficPasses(monitor);
                for (String end : List.of("stop", "kill -9")) {
                    restart(monitor, end, configuration);
                    assertTrue(echo.isAlive(), echo::said);
                    assertTrue(sender.isAlive(), sender::said);
                }
                assertTrue(
                        monitor.records("GUEST_CONNECTED").stream()
                                .allMatch(r -> r.toString().contains("outward=true")),
                        monitor.records("GUEST_CONNECTED").toString());
                assertEquals(List.of(), monitor.records("GUEST_REFUSED"));
                monitor.stop();
                assertTrue(Files.exists(echoSocket(monitor)), "the front end's socket is its own");
            }
        }
    }

    private void restart(RunningMonitor monitor, String end, String configuration) {
        try (PingSeries pings = PingSeries.start(network, Namespace.OUTSIDE, IP)) {
            monitor.await("pings", () -> pings.answers() > 20);
            if (end.equals("stop")) {
                monitor.stop();
            } else {
                monitor.kill();
            }
            monitor.startAgain("--config", configuration);
            trafficPasses(monitor);
            int answers = pings.answers();
            monitor.await("pings again", () -> pings.answers() > answers + 20);
            System.out.printf(
                    "monitor %s and start under a guest's traffic: its pings silent for %d ms%n",
                    end, pings.longestGapMillis());
        }
    }

    private void trafficPasses(RunningMonitor monitor) {
        network.awaitPath(Namespace.OUTSIDE, IP);
        network.awaitPath(Namespace.HOST, IP);
        long before = port(monitor, "sender").at("rxFrames").asLong();
        monitor.await(
                "frames of the sender",
                () -> port(monitor, "sender").at("rxFrames").asLong() > before + 1000);
    }

    /** What DPDK 22.11 does: only its server mode takes a back end back. A front end that is started anew is served. */
    @Test
    void aVirtioUserThatConnectsStaysAwayUntilItIsStartedAnew() throws IOException {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            String configuration = configuration(monitor, "server").toString();
            monitor.startAgain("--config", configuration);
            Path socket = echoSocket(monitor);
            try (Testpmd old =
                    Testpmd.thatAnswersPings(socket, ECHO, monitor.folder().resolve("old"))) {
                network.awaitPath(Namespace.OUTSIDE, IP);
                monitor.stop();
                monitor.startAgain("--config", configuration);
                Awaitility.await("nobody to connect")
                        .during(Duration.ofSeconds(3))
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> port(monitor, "echo").at("state").asText().equals("waiting"));
                assertTrue(old.isAlive(), old::said);
            }
            try (Testpmd fresh =
                    Testpmd.thatAnswersPings(socket, ECHO, monitor.folder().resolve("fresh"))) {
                network.awaitPath(Namespace.OUTSIDE, IP);
                assertTrue(fresh.isAlive(), fresh::said);
            }
            monitor.stop();
        }
    }

    @Test
    void theMonitorIsLedToFrontEndsAndNowhereElse() throws IOException {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            Path folder = Files.createDirectory(monitor.runDir().resolve("guests"));
            Path theirs = monitor.folder().resolve("theirs.sock");
            Path file = monitor.folder().resolve("guests.conf");
            Files.writeString(
                    file,
                    "guest.theirs = mac=%s mode=client uid=65534 socket=%s\n"
                            .formatted(SENDER, theirs));
            try (ServerSocketChannel listener =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(UnixDomainSocketAddress.of(theirs));
                // What it could be led to: another's socket, a file.
                Files.createSymbolicLink(folder.resolve("link"), theirs);
                Files.writeString(folder.resolve("file"), "no socket");
                monitor.startAgain("--config", file.toString());
                for (String name : List.of("link", "file")) {
                    guest(monitor, "add", name, "--mac", mac(name), "--mode", "client").orFail();
                }
                monitor.await("the records", () -> monitor.records("GUEST_REFUSED").size() == 3);
                Set<String> said =
                        monitor.records("GUEST_REFUSED").stream()
                                .map(r -> r.at("text").asText())
                                .collect(Collectors.toSet());
                assertEquals(
                        Set.of(
                                "connect(" + theirs + "): EACCES (13), permission denied",
                                "connect("
                                        + folder.resolve("link")
                                        + "): ENOTSOCK (88), not a socket",
                                "connect("
                                        + folder.resolve("file")
                                        + "): ENOTSOCK (88), not a socket"),
                        said);
                assertEquals(List.of(), monitor.records("GUEST_CONNECTED"));
            }
            refusals(monitor);
            monitor.stop();
        }
    }

    private static void refusals(RunningMonitor monitor) {
        String mac = "02:00:00:00:00:8f";
        assertEquals(2, guest(monitor, "add", "x", "--mac", mac, "--mode", "both").exit());
        assertEquals(
                4,
                guest(monitor, "add", "x", "--mac", mac, "--mode", "client", "--socket", "/x")
                        .exit());
        Json shown = Json.parse(guest(monitor, "show", "link", "-o", "json").orFail().out());
        assertEquals("client", shown.at("mode").asText());
        assertEquals("waiting", shown.at("state").asText());
        assertTrue(guest(monitor, "show", "link").out().contains("its front end listens"));
        guest(monitor, "remove", "file").orFail();
        assertFalse(guest(monitor, "list").out().contains("file"));
        assertTrue(Files.exists(monitor.runDir().resolve("guests/file")));
    }

    private static String mac(String name) {
        return "02:00:00:00:01:%02x".formatted(name.hashCode() & 0xff);
    }

    private static Command.Result guest(
            RunningMonitor monitor, String command, String... arguments) {
        return monitor.launcher("guest", command)
                .with(arguments)
                .with("--run-dir", monitor.runDir().toString())
                .run();
    }
}
