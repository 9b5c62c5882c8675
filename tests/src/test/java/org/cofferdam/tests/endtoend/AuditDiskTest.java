package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real monitor whose log is small, or whose disk is. */
@NeedsKvm
final class AuditDiskTest {
    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    /** Several records for each of these, by the thousand. */
    private void traffic() {
        network.shell(
                Namespace.HOST,
                "ping -q -f -w 5 -c 4000 " + NetworkNamespaces.OUTSIDE_IP + " || true");
    }

    @Test
    void aConfinedMonitorRemovesOldPartsOfItsLogAndVerifyAcceptsWhatIsLeft() {
        String[] options = {"--audit-segment-bytes", "256K", "--audit-keep-bytes", "1M"};
        try (RunningMonitor monitor = RunningMonitor.start(network, options)) {
            monitor.await(
                    "old parts to go",
                    () -> {
                        traffic();
                        return monitor.status().at("audit", "removedSegments").asLong() > 0;
                    });
            Json audit = monitor.status().at("audit");
            assertEquals("device", audit.at("durability").asText());
            assertTrue(audit.at("syncs").asLong() > 0, audit.toString());
            assertEquals(0, audit.at("lost").asLong());
            assertTrue(!monitor.records("PRUNED").isEmpty());
            monitor.call("guest add", "late", "--mac", NetworkNamespaces.GUEST_MAC).orFail();
            // What an operator did is on the device when it takes effect: kill -9 cannot undo that.
            ProcessHandle.of(monitor.pid()).orElseThrow().destroyForcibly();
            Awaitility.await("its end")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !monitor.isAlive());
            assertTrue(
                    monitor.records("CONTROL").stream()
                            .anyMatch(c -> c.toString().contains("POST /v1/guests")));
            monitor.startAgain(options);
            monitor.stop();
            Command.Result verified = monitor.audit("verify").orFail();
            assertTrue(verified.out().contains(" 0 lost"), verified.out());
        }
    }

    @Test
    void onAFullDiskAMonitorThatIsToStopStopsAndSaysWhy() {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            Path disk = monitor.auditDir();
            mount(disk);
            try {
                monitor.startAgain("--audit-segment-bytes", "256K", "--audit-when-full", "stop");
                resize(disk, "1m");
                Awaitility.await("the monitor's end")
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () -> {
                                    traffic();
                                    return !monitor.isAlive();
                                });
                assertTrue(monitor.said().contains("The disk is full"), monitor.said());
                assertTrue(monitor.said().contains("told to stop"), monitor.said());
                Command.Result verified = monitor.audit("verify").orFail();
                assertTrue(verified.out().contains("OK"), verified.out());
            } finally {
                unmount(disk);
            }
        }
    }

    @Test
    void onAFullDiskCallsThatChangeSomethingAreRefusedAndTheStatusSaysWhy() {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            Path disk = monitor.auditDir();
            mount(disk);
            try {
                monitor.startAgain("--audit-segment-bytes", "256K");
                resize(disk, "1m");
                monitor.await(
                        "the disk to be full",
                        () -> {
                            traffic();
                            return monitor.status()
                                    .at("audit", "state")
                                    .asText()
                                    .startsWith("waiting");
                        });
                Command.Result refused =
                        monitor.call("guest add", "late", "--mac", NetworkNamespaces.GUEST_MAC);
                assertEquals(3, refused.exit(), refused.toString());
                assertTrue(refused.err().contains("The disk is full"), refused.toString());
                assertEquals(0, monitor.status().at("audit", "lost").asLong());
                resize(disk, "32m");
                monitor.await(
                        "all to go on",
                        () -> monitor.status().at("audit", "state").asText().equals("ok"));
                monitor.call("guest add", "late", "--mac", NetworkNamespaces.GUEST_MAC).orFail();
                monitor.stop();
                assertEquals(1, monitor.records("LOG_BLOCKED").size());
                assertTrue(monitor.audit("verify").orFail().out().contains(" 0 lost"));
            } finally {
                unmount(disk);
            }
        }
    }

    private static void mount(Path disk) {
        run("mount", "-t", "tmpfs", "-o", "size=12m,mode=0700", "cofferdam-test", disk.toString());
    }

    /** A start wants more room than it takes long to fill. */
    private static void resize(Path disk, String size) {
        run("mount", "-o", "remount,size=" + size, disk.toString());
    }

    private static void unmount(Path disk) {
        run("umount", "--lazy", disk.toString());
    }

    private static void run(String... words) {
        new Command(List.of(words)).run().orFail();
    }
}
