package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A driver that dies is replaced, and a monitor that stops leaves nothing. */
@NeedsKvm
final class DriverRestartTest {
    private static final long SOME = 4L << 20;

    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @Test
    void aTcpConnectionOutlivesTheDriver() {
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            try (Transfer transfer =
                    Transfer.start(
                            network,
                            Namespace.HOST,
                            Namespace.OUTSIDE,
                            NetworkNamespaces.OUTSIDE_IP)) {
                transfer.awaitMore(SOME);
                monitor.call("restart-driver", "--kill", "--reason", "rehearsal").orFail();
                monitor.awaitRestarts(1);
                transfer.awaitMore(SOME);
                transfer.finish();
            }
            Json domain = monitor.status().at("domain");
            assertEquals(1, domain.at("restarts").asLong());
            assertTrue(domain.at("lastOutageMillis").exists());
            List<Json> restarts = monitor.records("RESTART");
            assertEquals(1, restarts.size(), restarts.toString());
            monitor.stop();
        }
    }

    @Test
    void anOrderlyRestartKeepsTheInterfaceAndItsAddress() {
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            String before =
                    network.ip(Namespace.HOST, "-o address show dev " + NetworkNamespaces.CARD);
            monitor.call("restart-driver").orFail();
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            assertEquals(
                    before,
                    network.ip(Namespace.HOST, "-o address show dev " + NetworkNamespaces.CARD));
            monitor.stop();
        }
    }

    @Test
    void afterAStopNothingIsLeft() {
        List<String> before = network.interfaces(Namespace.HOST);
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            monitor.stop();
            assertEquals(before, network.interfaces(Namespace.HOST));
            assertFalse(monitor.runDir().resolve("control.sock").toFile().exists());
            assertEquals(List.of(), network.processes(Namespace.HOST));
            assertEquals(
                    "",
                    network.shell(
                            Namespace.HOST,
                            "tc filter show dev wire0 ingress; tc filter show dev wire0 egress"));
            monitor.audit("verify").orFail();
        }
    }
}
