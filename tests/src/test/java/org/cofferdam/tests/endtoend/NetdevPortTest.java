package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.cofferdam.tests.lab.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An ordinary namespace, joined as a port, is served by the kernel program alone. */
@NeedsKvm
final class NetdevPortTest {
    private static final long ENOUGH = 8L << 20;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    @AfterEach
    void removePort() {
        monitor.call("port remove", "--netdev", "port0");
        network.ip(Namespace.GUEST, "link set eth0 address " + NetworkNamespaces.GUEST_MAC);
        network.ip(Namespace.GUEST, "neigh flush dev eth0");
        network.ip(Namespace.HOST, "neigh flush dev " + NetworkNamespaces.CARD);
    }

    private void join(String... options) {
        monitor.launcher("port", "add", "--run-dir", monitor.runDir().toString())
                .with("--netdev", "port0", "--mac", NetworkNamespaces.GUEST_MAC)
                .with(options)
                .run()
                .orFail();
    }

    @Test
    void itReachesOutsideByTheCardAndNotTheHost() {
        join();
        network.awaitPath(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP);
        assertEquals(0, network.loss(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP, 20));
        assertEquals(100, network.loss(Namespace.GUEST, NetworkNamespaces.HOST_IP, 3));
        assertEquals(100, network.loss(Namespace.HOST, NetworkNamespaces.GUEST_IP, 3));
    }

    @Test
    void itReachesTheHostWhenTheMapSaysSo() {
        join("--to-host");
        network.awaitPath(Namespace.GUEST, NetworkNamespaces.HOST_IP);
        assertEquals(0, network.loss(Namespace.GUEST, NetworkNamespaces.HOST_IP, 20));
        assertEquals(0, network.loss(Namespace.HOST, NetworkNamespaces.GUEST_IP, 20));
        assertEquals(0, network.loss(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP, 20));
    }

    @Test
    void tcpWithOutsidePassesWhole() {
        join();
        network.awaitPath(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP);
        try (Transfer transfer =
                Transfer.start(
                        network,
                        Namespace.GUEST,
                        Namespace.OUTSIDE,
                        NetworkNamespaces.OUTSIDE_IP)) {
            transfer.awaitMore(ENOUGH);
            transfer.finish();
        }
        try (Transfer transfer =
                Transfer.start(
                        network, Namespace.OUTSIDE, Namespace.GUEST, NetworkNamespaces.GUEST_IP)) {
            transfer.awaitMore(ENOUGH);
            transfer.finish();
        }
    }

    @Test
    void beforeItIsAPortAndAfterwardsItReachesNothing() {
        assertEquals(100, network.loss(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP, 2));
        join();
        network.awaitPath(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP);
        monitor.call("port remove", "--netdev", "port0").orFail();
        assertEquals(100, network.loss(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP, 2));
    }
}
