package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A monitor that runs keeps little, and what it has changed on the host is undone whatever way it ends. */
@NeedsKvm
final class ConfinedMonitorTest {
    private static final long PF_USER_WORKER = 0x4000;

    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @Test
    void everyThreadIsWithoutPrivileges() throws IOException {
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            monitor.call("restart-driver").orFail();
            Json confinement = monitor.status().at("monitor", "confinement");
            long uid = confinement.at("uid").asLong();
            assertTrue(uid > 0, confinement.toString());
            int threads = 0;
            try (Stream<Path> tasks = Files.list(Path.of("/proc/" + monitor.pid() + "/task"))) {
                for (Path task : tasks.toList()) {
                    if (isKernelWorker(task)) {
                        continue;
                    }
                    threads++;
                    List<String> status = Files.readAllLines(task.resolve("status"));
                    assertTrue(
                            status.contains(("Uid:" + ("\t" + uid).repeat(4))), task + "" + status);
                    for (String set : List.of("CapEff", "CapPrm", "CapInh", "CapAmb")) {
                        assertTrue(
                                status.contains(set + ":\t0000000000000000"), task + "" + status);
                    }
                    assertTrue(status.contains("NoNewPrivs:\t1"), task + "" + status);
                    assertTrue(status.contains("Seccomp:\t2"), task + "" + status);
                }
            }
            assertTrue(threads > 5, "threads: " + threads);
            assertEquals(1, monitor.records("PRIVILEGES_DROPPED").size());
            monitor.stop();
        }
    }

    private static boolean isKernelWorker(Path task) throws IOException {
        String stat = Files.readString(task.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[6]) & PF_USER_WORKER) != 0;
    }

    @Test
    void afterKillNineOfTheMonitorItsStarterRestoresTheHostAtOnce() {
        List<String> before = network.interfaces(Namespace.HOST);
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            monitor.call("port add", "--netdev", "port0", "--mac", NetworkNamespaces.GUEST_MAC)
                    .orFail();
            assertFalse(filters().isBlank());
            ProcessHandle.of(monitor.pid()).orElseThrow().destroyForcibly();
            Awaitility.await("the starter's end")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !monitor.isAlive());
            assertEquals("", filters());
            assertEquals(before, network.interfaces(Namespace.HOST));
            monitor.startAgain();
            assertEquals(1, monitor.records("HOST_RESTORED").size(), monitor.said());
            monitor.stop();
        }
    }

    @Test
    void afterKillNineOfTheStarterTheMonitorEndsAndTheNextStartCleansUp() throws IOException {
        List<String> before = network.interfaces(Namespace.HOST);
        try (RunningMonitor monitor = RunningMonitor.start(network)) {
            ProcessHandle java = ProcessHandle.of(monitor.pid()).orElseThrow();
            ProcessHandle starter = java.parent().orElseThrow();
            starter.destroyForcibly();
            Awaitility.await("the monitor's end")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !java.isAlive());
            List<Path> temporary = temporaryFolders(monitor);
            assertEquals(1, temporary.size());
            assertTrue(Files.exists(temporary.getFirst()));
            monitor.startAgain();
            assertFalse(Files.exists(temporary.getFirst()));
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            List<Path> next = temporaryFolders(monitor);
            monitor.stop();
            assertEquals(1, next.size());
            assertFalse(Files.exists(next.getFirst()));
            assertEquals("", filters());
            assertEquals(before, network.interfaces(Namespace.HOST));
        }
    }

    private static List<Path> temporaryFolders(RunningMonitor monitor) throws IOException {
        return Files.readAllLines(monitor.runDir().resolve("temporary")).stream()
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .toList();
    }

    private String filters() {
        return network.shell(
                Namespace.HOST,
                "for i in wire0 port0; do tc filter show dev $i ingress; tc filter show dev $i egress; done");
    }
}
