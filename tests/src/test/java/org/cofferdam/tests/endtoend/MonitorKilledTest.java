package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 of the monitor costs nothing but the time until it is started again. */
@NeedsKvm
final class MonitorKilledTest {
    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @Test
    void theNextStartCleansUpAndForwardsAgain() {
        List<String> before = network.interfaces(Namespace.HOST);
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            monitor.call("port add", "--netdev", "port0", "--mac", NetworkNamespaces.GUEST_MAC)
                    .orFail();
            monitor.kill();

            monitor.startAgain();
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            // The port of before was not asked for again, so nothing of it may be left on its
            // interface.
            assertEquals(
                    "",
                    network.shell(
                            Namespace.HOST,
                            "tc filter show dev port0 ingress; tc filter show dev port0 egress"));
            monitor.stop();
            assertEquals(before, network.interfaces(Namespace.HOST));
        }
    }

    @Test
    void theLogVerifiesUpToTheLastCompleteBlock() {
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            try (Transfer transfer =
                    Transfer.start(
                            network,
                            Namespace.OUTSIDE,
                            Namespace.HOST,
                            NetworkNamespaces.HOST_IP)) {
                transfer.awaitMore(1 << 20);
                monitor.kill();
            }
            monitor.startAgain();
            monitor.stop();
            monitor.audit("verify").orFail();
            List<Json> recovered = monitor.records("RECOVERED");
            assertEquals(1, recovered.size(), recovered.toString());
        }
    }

    /** The kill comes while the monitor starts, this many milliseconds in; whatever is half-made must go. */
    @ParameterizedTest
    @ValueSource(ints = {100, 300, 500, 700, 900, 1100})
    void aKillDuringTheStartLeavesNothingThatStopsTheNext(int milliseconds) {
        List<String> before = network.interfaces(Namespace.HOST);
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            long killAt = System.nanoTime() + milliseconds * 1_000_000L;
            monitor.launch();
            monitor.await("the time of the kill", () -> System.nanoTime() >= killAt);
            monitor.kill();
            monitor.startAgain();
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            monitor.stop();
            assertEquals(before, network.interfaces(Namespace.HOST));
            monitor.audit("verify").orFail();
        }
    }
}
