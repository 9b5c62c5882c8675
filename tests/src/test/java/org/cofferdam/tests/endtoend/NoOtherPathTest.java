package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Host and outside meet in the driver domain and nowhere else. */
@NeedsKvm
final class NoOtherPathTest {
    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @Test
    void withTheDriverStoppedNothingPasses() {
        try (RunningMonitor monitor = RunningMonitor.start(network, "--on-fault", "stop")) {
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            monitor.call("restart-driver", "--kill").orFail();
            monitor.awaitState("stopped");
            network.ip(Namespace.HOST, "neigh flush dev " + NetworkNamespaces.CARD);
            network.ip(Namespace.OUTSIDE, "neigh flush dev eth0");
            assertEquals(100, network.loss(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP, 3));
            assertEquals(100, network.loss(Namespace.OUTSIDE, NetworkNamespaces.HOST_IP, 3));

            monitor.call("restart-driver").orFail();
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            monitor.stop();
        }
    }

    /** Addresses, a route and a neighbour are forced upon the wire; they work, until a monitor takes it. */
    @Test
    void theHostsOwnStackNeitherSpeaksNorHearsOnTheWire() {
        network.ip(Namespace.HOST, "address add 10.78.0.1/24 dev wire0");
        network.ip(
                Namespace.HOST,
                "neigh replace 10.78.0.2 lladdr "
                        + NetworkNamespaces.OUTSIDE_MAC
                        + " nud permanent dev wire0");
        network.ip(Namespace.OUTSIDE, "address add 10.78.0.2/24 dev eth0");
        String wireMac = network.shell(Namespace.HOST, "cat /sys/class/net/wire0/address").strip();
        network.ip(
                Namespace.OUTSIDE,
                "neigh replace 10.78.0.1 lladdr " + wireMac + " nud permanent dev eth0");
        assertEquals(0, network.loss(Namespace.HOST, "10.78.0.2", 3));
        assertEquals(0, network.loss(Namespace.OUTSIDE, "10.78.0.1", 3));

        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            long outsideHeard = echoRequestsHeard(Namespace.OUTSIDE);
            long hostHeard = echoRequestsHeard(Namespace.HOST);
            assertEquals(100, network.loss(Namespace.HOST, "10.78.0.2", 3));
            assertEquals(100, network.loss(Namespace.OUTSIDE, "10.78.0.1", 3));
            assertEquals(outsideHeard, echoRequestsHeard(Namespace.OUTSIDE));
            assertEquals(hostHeard, echoRequestsHeard(Namespace.HOST));
            monitor.stop();
        }
        assertTrue(network.loss(Namespace.HOST, "10.78.0.2", 3) == 0, "the wire is as it was");
    }

    private long echoRequestsHeard(Namespace ns) {
        String count =
                network.shell(ns, "nstat -asz IcmpInEchos | awk '/IcmpInEchos/ { print $2 }'");
        return Long.parseLong(count.strip());
    }
}
