package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.cofferdam.tests.lab.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Packets pass between host and outside, both ways, by the driver in the virtual machine. */
@NeedsKvm
final class PacketsByTheCardTest {
    private static final long ENOUGH = 16L << 20;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    @Test
    void pingsLoseNothing() {
        assertEquals(0, network.loss(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP, 50));
        assertEquals(0, network.loss(Namespace.OUTSIDE, NetworkNamespaces.HOST_IP, 50));
    }

    @Test
    void framesOfEverySizeUpToTheMtuPass() {
        for (int payload = 0; payload <= 1472; payload += 92) {
            network.in(
                            Namespace.HOST,
                            "ping",
                            "-n",
                            "-q",
                            "-M",
                            "do",
                            "-c",
                            "2",
                            "-i",
                            "0.02",
                            "-W",
                            "2",
                            "-s",
                            Integer.toString(payload),
                            NetworkNamespaces.OUTSIDE_IP)
                    .run()
                    .orFail();
        }
    }

    @Test
    void whatTheHostSendsByTcpArrivesAsItWas() {
        transfer(Namespace.HOST, Namespace.OUTSIDE, NetworkNamespaces.OUTSIDE_IP);
    }

    @Test
    void whatOutsideSendsByTcpArrivesAsItWas() {
        transfer(Namespace.OUTSIDE, Namespace.HOST, NetworkNamespaces.HOST_IP);
    }

    @Test
    void theHostSeesTheCardsAddressMtuAndCarrier() {
        Json status = monitor.status();
        String link = network.ip(Namespace.HOST, "link show " + NetworkNamespaces.CARD);
        assertTrue(link.contains(status.at("domain", "mac").asText()), link);
        assertTrue(link.contains("mtu " + status.at("hostInterface", "mtu").asLong()), link);
        assertTrue(link.contains("LOWER_UP"), link);
    }

    @Test
    void burstsAreOnRecordInBothDirections() {
        network.loss(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP, 5);
        monitor.await(
                "the bursts' records",
                () ->
                        monitor.records("BURST_IN").stream()
                                        .anyMatch(r -> r.at("burst", "packets").asLong() > 0)
                                && monitor.records("BURST_OUT").stream()
                                        .anyMatch(r -> r.at("burst", "packets").asLong() > 0));
    }

    @Test
    void theDomainHasAtMostSixteenMebibytes() {
        assertTrue(monitor.status().at("domain", "ramBytes").asLong() <= 16 << 20);
    }

    private void transfer(Namespace from, Namespace to, String address) {
        try (Transfer transfer = Transfer.start(network, from, to, address)) {
            transfer.awaitMore(ENOUGH);
            transfer.finish();
        }
    }
}
