package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.GuestJvms;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code monitor start --kafka}: the shipper is another process of another user, and the monitor does without it. */
@NeedsKvm
final class ShipperBesideMonitorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BROKER = "127.0.0.1:9092";

    @TempDir Path folder = Path.of("");
    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @Test
    void theShipperHasNoPrivilegesShipsTheLogAndIsNotMissedWhenItDies() throws IOException {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            // Its user passes through this folder, as it does through /var/log.
            Files.setPosixFilePermissions(
                    monitor.folder(), PosixFilePermissions.fromString("rwx--x--x"));
            Path state = monitor.folder().resolve("shipper");
            assertTrue(broker("start").contains("a broker runs at " + BROKER));
            monitor.startAgain("--kafka", BROKER, "--kafka-state-dir", state.toString());
            Awaitility.await("blocks in the topic; the monitor said " + monitor.said())
                    .atMost(PATIENCE)
                    .until(() -> Files.exists(state.resolve("shipped")));
            long shipper = shipper(state).orElseThrow();
            List<String> status = Files.readAllLines(Path.of("/proc/" + shipper + "/status"));
            long monitorsUser = monitor.status().at("monitor", "confinement", "uid").asLong();
            String ids =
                    status.stream().filter(l -> l.startsWith("Uid:")).findFirst().orElseThrow();
            assertNotEquals("Uid:" + "\t0".repeat(4), ids);
            assertNotEquals("Uid:" + ("\t" + monitorsUser).repeat(4), ids);
            assertTrue(status.contains("Groups:\t") || status.contains("Groups:\t "), ids);
            for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
                assertTrue(status.contains(set + ":\t0000000000000000"), status.toString());
            }
            assertTrue(status.contains("NoNewPrivs:\t1"), status.toString());

            ProcessHandle.of(shipper).orElseThrow().destroyForcibly();
            Awaitility.await("the shipper's end")
                    .atMost(PATIENCE)
                    .until(() -> shipper(state).isEmpty());
            monitor.call("restart-driver").orFail();
            monitor.awaitRestarts(1);
            assertEquals(0, monitor.audit("verify").exit());
            monitor.stop();

            // The next start ships what the one before could not.
            monitor.startAgain("--kafka", BROKER, "--kafka-state-dir", state.toString());
            String before = Files.readString(state.resolve("shipped"));
            Awaitility.await("more blocks")
                    .atMost(PATIENCE)
                    .until(() -> !Files.readString(state.resolve("shipped")).equals(before));
            monitor.stop();
            Awaitility.await("the shipper's end with its monitor")
                    .atMost(PATIENCE)
                    .until(() -> shipper(state).isEmpty());
        } finally {
            assertEquals("", broker("stop"));
        }
    }

    private String broker(String command) {
        return network.in(Namespace.HOST, GuestJvms.source("ops/kafka"), command)
                .with("--dir", folder.toString())
                .run(PATIENCE)
                .orFail()
                .out();
    }

    /** The process that has this state folder. */
    private OptionalLong shipper(Path state) {
        return network.processes(Namespace.HOST).stream()
                .filter(
                        pid ->
                                words(pid).contains("ShipMain")
                                        && words(pid).contains(state.toString()))
                .mapToLong(Long::longValue)
                .findFirst();
    }

    private static String words(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException e) {
            return ""; // it has ended
        }
    }
}
