package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.PingSeries;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.cofferdam.tests.lab.Testpmd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The driver is replaced under guests' traffic: they notice the wire's silence, and nothing else. */
@NeedsKvm
final class GuestsAndDriverRestartTest {
    private static final String FIRST = "02:00:00:00:00:71";
    private static final String SECOND = "02:00:00:00:00:72";
    private static final String ECHO = "02:00:00:00:00:73";
    private static final String ECHO_IP = "10.77.0.4";

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    private void guest(String name, String mac, String... more) {
        monitor.launcher("guest", "add", name, "--mac", mac)
                .with(more)
                .with("--run-dir", monitor.runDir().toString())
                .run()
                .orFail();
    }

    private Path socket(String name) {
        return monitor.runDir().resolve("guests").resolve(name);
    }

    private Json port(String name) {
        return monitor.status().at("ports").elements().stream()
                .filter(p -> p.at("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void guestsStayAttachedAndWhatTheySayToEachOtherAndToTheHostIsNotLost() {
        assumeTrue(
                Testpmd.folder().isPresent(),
                "testpmd was not unpacked; tests/testpmd/unpack does it");
        guest("first", FIRST, "--peers", "second");
        guest("second", SECOND, "--peers", "first");
        guest("echo", ECHO, "--ip", ECHO_IP, "--peers", "host");
        Path folder = monitor.folder();
        try (Testpmd both =
                        Testpmd.betweenTwoPorts(
                                socket("first"),
                                FIRST,
                                socket("second"),
                                SECOND,
                                folder.resolve("both"),
                                "queues=1");
                Testpmd echo =
                        Testpmd.thatAnswersPings(socket("echo"), ECHO, folder.resolve("echo"))) {
            // Nobody asks by broadcast: the two would send the question on, under a strange
            // address.
            network.ip(Namespace.OUTSIDE, "neigh add " + ECHO_IP + " lladdr " + ECHO + " dev eth0");
            network.ip(
                    Namespace.HOST,
                    "neigh add " + ECHO_IP + " lladdr " + ECHO + " dev " + NetworkNamespaces.CARD);
            both.command("start tx_first 4");
            network.awaitPath(Namespace.OUTSIDE, ECHO_IP);
            network.awaitPath(Namespace.HOST, ECHO_IP);
            List<Json> sessions = monitor.records("GUEST_SESSION");
            for (String way : List.of("", "--kill")) {
                restartUnderPings(way);
            }
            both.command("stop");
            assertEquals(sessions.size(), monitor.records("GUEST_SESSION").size());
            assertEquals(List.of(), monitor.records("GUEST_LEFT"));
            assertTrue(echo.isAlive());
            for (String name : List.of("first", "second", "echo")) {
                assertEquals("running", port(name).at("state").asText());
            }
            nothingWasLostBetween(both);
        }
    }

    private void restartUnderPings(String way) {
        try (PingSeries wire = PingSeries.start(network, Namespace.OUTSIDE, ECHO_IP);
                PingSeries host = PingSeries.start(network, Namespace.HOST, ECHO_IP)) {
            monitor.await("pings", () -> wire.answers() > 50 && host.answers() > 50);
            long restarts = monitor.status().at("domain", "restarts").asLong();
            long before = port("second").at("txFrames").asLong();
            if (way.isEmpty()) {
                monitor.call("restart-driver").orFail();
            } else {
                monitor.call("restart-driver", way).orFail();
            }
            monitor.awaitRestarts(restarts + 1);
            int answered = wire.answers();
            monitor.await("pings by the new driver", () -> wire.answers() > answered + 50);
            assertTrue(port("second").at("txFrames").asLong() > before);
            assertEquals(0, host.lost(), "between guest and host");
            System.out.printf(
                    "restart-driver %s under guests' traffic: guest to wire silent for %d ms by ping, %d pings lost;"
                            + " outage %d ms by the monitor%n",
                    way,
                    wire.longestGapMillis(),
                    wire.lost(),
                    monitor.status().at("domain", "lastOutageMillis").asLong());
        }
    }

    /** What testpmd sent is what the switch took, and that is what it gave to the other. */
    private void nothingWasLostBetween(Testpmd both) {
        long[] sent = {both.packets(0, "TX"), both.packets(1, "TX")};
        monitor.await(
                "the last frames",
                () ->
                        port("first").at("rxFrames").asLong() == sent[0]
                                && port("second").at("rxFrames").asLong() == sent[1]);
        assertTrue(sent[0] > 10_000, "frames: " + sent[0]);
        assertEquals(sent[0], port("second").at("txFrames").asLong());
        assertEquals(sent[1], port("first").at("txFrames").asLong());
        assertEquals(sent[0], port("first").at("verdicts", "forwarded").asLong());
        assertEquals(sent[1], port("second").at("verdicts", "forwarded").asLong());
    }
}
