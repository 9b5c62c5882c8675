package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.KernelCounters;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the kernel program drops is counted, and the log has the same counts as the kernel's own tool. */
@NeedsKvm
final class KernelDropsTest {
    private static final int FORGED = 25;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    @BeforeAll
    static void joinTheGuest() {
        PLACE.monitor()
                .call("port add", "--netdev", "port0", "--mac", NetworkNamespaces.GUEST_MAC)
                .orFail();
        PLACE.network().awaitPath(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP);
    }

    @Test
    void bpftoolAndTheLogAgreeOnEveryDrop() {
        KernelCounters counters = new KernelCounters(network);
        long before = counters.total();
        sendFromAForgedAddress();
        monitor.await("the log to have the kernel's counts", () -> counters.total() == logged());
        assertTrue(counters.total() - before >= FORGED, before + " to " + counters.total());
        Map<Long, Long> byReason = new TreeMap<>();
        for (Json r : monitor.records("KERNEL_DROPS")) {
            byReason.merge(
                    r.at("fields", "reason").asLong(), r.at("fields", "delta").asLong(), Long::sum);
        }
        assertEquals(counters.byReason(), byReason);
    }

    @Test
    void aForgedFrameIsOnRecordWithItsAddress() {
        sendFromAForgedAddress();
        monitor.await(
                "the record of a forged frame",
                () -> {
                    List<Json> drops = monitor.records("KERNEL_DROP");
                    return drops.stream().anyMatch(r -> r.toString().contains("02:cf:00:00:00:66"));
                });
    }

    private void sendFromAForgedAddress() {
        network.ip(Namespace.GUEST, "link set eth0 address 02:cf:00:00:00:66");
        // A change of address forgets the neighbours; with one given, pings are sent rather than
        // ARP.
        network.ip(
                Namespace.GUEST,
                "neigh replace "
                        + NetworkNamespaces.OUTSIDE_IP
                        + " lladdr "
                        + NetworkNamespaces.OUTSIDE_MAC
                        + " nud permanent dev eth0");
        try {
            assertEquals(100, network.loss(Namespace.GUEST, NetworkNamespaces.OUTSIDE_IP, FORGED));
        } finally {
            network.ip(Namespace.GUEST, "link set eth0 address " + NetworkNamespaces.GUEST_MAC);
        }
    }

    private long logged() {
        return monitor.records("KERNEL_DROPS").stream()
                .mapToLong(r -> r.at("fields", "delta").asLong())
                .sum();
    }
}
