package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofferdam.monitor.json.JsonTree;
import org.cofferdam.monitor.state.ProcessMark;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, signals and interfaces: life, orderly end, sudden death, and what the next start makes of it. */
@EnabledIf(
        value = "isKvmThere",
        disabledReason = "a virtual machine needs /dev/kvm, which is not on this machine")
final class MonitorProcessTest {
    static boolean isKvmThere() {
        return Files.exists(Path.of("/dev/kvm"));
    }

    private static final String PROGRAM =
            """
            __attribute__((section("classifier"), used)) int cofd_example(void *c) { return 0; }
            __attribute__((section("xdp"), used)) int cofd_xdp(void *c) { return 2; }
            char terms[] __attribute__((section("license"))) = "GPL";
            """;

    @TempDir Path dir;

    private NetworkNamespace net;

    @BeforeEach
    void namespace() throws IOException {
        assumeTrue(
                (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "needs root");
        net = new NetworkNamespace();
    }

    @AfterEach
    void remove() {
        if (net != null) {
            net.close();
        }
    }

    @Test
    void aMonitorIsStartedAskedAndStopped() throws Exception {
        try (MonitorProcess monitor = start()) {
            monitor.awaitReady();
            CommandRun json = ask("status", "-o", "json");
            assertEquals(0, json.exitCode(), json.err());
            assertEquals(
                    monitor.pid(), JsonTree.parse(json.out()).get("monitor").get("pid").number());
            CommandRun text = ask("status");
            assertTrue(
                    text.out()
                            .contains("domain   run, image nano, link up, boot 31 ms, restarts 1"),
                    text.out());
            assertTrue(text.out().contains("drop_rate 1"), text.out());
            assertEquals(0, ask("restart-driver", "--kill", "--reason", "drill").exitCode());
            assertEquals(
                    0,
                    ask("port", "add", "--netdev", "w1", "--mac", "02:00:00:00:00:07").exitCode());
            assertTrue(ask("port", "list").out().contains("02:00:00:00:00:07"));
            assertEquals(0, ask("port", "remove", "--netdev", "w1").exitCode());
            CommandRun again = ask("port", "remove", "--netdev", "w1");
            assertEquals(3, again.exitCode());
            assertEquals("monitor: w1 is not a port; see 'monitor port list'\n", again.err());
            CommandRun stop = ask("stop");
            assertEquals(0, stop.exitCode(), stop.err());
            assertFalse(
                    ProcessMark.of(monitor.pid()).isPresent(),
                    "stop returns when the process has ended");
            assertEquals(0, monitor.exitCode());
            assertTrue(
                    monitor.err().endsWith("monitor: stopping\nmonitor: stopped\n"), monitor.err());
            nothingIsLeft();
        }
    }

    @Test
    void sigtermStopsInOrder() throws Exception {
        try (MonitorProcess monitor = start("EXAMPLE_BPF=" + program())) {
            monitor.awaitReady();
            monitor.terminate();
            assertEquals(0, monitor.exitCode());
            assertTrue(monitor.err().endsWith("monitor: stopped\n"), monitor.err());
            theWireIsAsItWas();
            nothingIsLeft();
        }
    }

    @Test
    void aDaemonIsReadyWhenTheCommandReturns() throws Exception {
        try (MonitorProcess command = start(List.of(), "--detach")) {
            assertEquals(0, command.exitCode(), command.err());
            long pid =
                    JsonTree.parse(ask("status", "-o", "json").out())
                            .get("monitor")
                            .get("pid")
                            .number();
            try {
                assertTrue(command.err().contains("running as pid " + pid), command.err());
                String[] stat =
                        Files.readString(Path.of("/proc/" + pid + "/stat"))
                                .split("\\) ", 2)[1]
                                .split(" ", -1);
                assertEquals(Long.toString(pid), stat[3], "it leads a session of its own");
                assertTrue(
                        Files.readString(dir.resolve("run/monitor.log"))
                                .contains("monitor: ready"));
                assertEquals(0, ask("stop").exitCode());
            } finally {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
            nothingIsLeft();
        }
    }

    @Test
    void aDaemonThatCannotStartSaysWhyWithItsExitCode() throws Exception {
        try (MonitorProcess command = start(List.of(), "--detach", "--host-if", "w1")) {
            assertEquals(3, command.exitCode());
            assertEquals(1, command.err().lines().count(), command.err());
            assertTrue(command.err().contains("the interface w1 exists already"), command.err());
            nothingIsLeft();
        }
    }

    @Test
    void aSecondMonitorInTheSameRunDirectoryIsRefusedAndTheFirstLivesOn() throws Exception {
        try (MonitorProcess first = start()) {
            first.awaitReady();
            try (MonitorProcess second = start()) {
                assertEquals(3, second.exitCode());
                assertEquals(1, second.err().lines().count(), second.err());
                assertTrue(
                        second.err().contains("(pid " + first.pid() + ") already runs"),
                        second.err());
            }
            assertEquals(0, ask("status").exitCode());
        }
    }

    @Test
    void afterKillNineTheNextStartUndoesWhatTheJournalNames() throws Exception {
        String program = program();
        long killed;
        try (MonitorProcess monitor = start("EXAMPLE_BPF=" + program)) {
            monitor.awaitReady();
            killed = monitor.pid();
            monitor.kill();
        }
        assertTrue(net.run("ip -d link show w0").contains("mtu 1400"));
        assertTrue(net.run("tc filter show dev w0 egress").contains("cofd_example"));
        try (MonitorProcess next = start()) {
            next.awaitReady();
            assertTrue(
                    next.err()
                            .startsWith(
                                    "monitor: the monitor with pid "
                                            + killed
                                            + " ended without stopping; cleaned up"
                                            + " XDP program on w0, tc egress filter on w0, clsact of w0, MTU of w0, state"
                                            + " of w0\n"),
                    next.err());
            theWireIsAsItWas();
            next.terminate();
            assertEquals(0, next.exitCode());
        }
        nothingIsLeft();
    }

    @Test
    void whatIsSomebodyElsesIsLeftAlone() throws Exception {
        String program = program();
        try (MonitorProcess monitor = start("EXAMPLE_BPF=" + program)) {
            monitor.awaitReady();
            monitor.kill();
        }
        // Since then: another has put a filter beside ours, and set an MTU of its own.
        net.run(
                "tc filter add dev w0 egress pref 9 handle 1 bpf da obj "
                        + program
                        + " sec classifier");
        net.run("ip link set dev w0 mtu 1300");
        try (MonitorProcess next = start()) {
            next.awaitReady();
            assertTrue(net.run("ip link show w0").contains("mtu 1300"));
            String filters = net.run("tc filter show dev w0 egress");
            assertTrue(filters.contains("pref 9") && !filters.contains("pref 7"), filters);
        }
    }

    @Test
    void anInterfaceThatOnlyHasTheNameIsLeftAlone() throws Exception {
        try (MonitorProcess monitor = start("EXAMPLE_BPF=" + program())) {
            monitor.awaitReady();
            monitor.kill();
        }
        net.run("ip link del w0");
        net.run("ip link add w0 mtu 1400 type veth peer name w1");
        net.run("ip link set w0 up");
        try (MonitorProcess next = start()) {
            next.awaitReady();
            assertTrue(net.run("ip link show w0").contains("mtu 1400"));
            assertTrue(next.err().contains("nothing of it was left in the host"), next.err());
        }
    }

    @Test
    void aFullDiskForTheLogIsNamedAndNothingIsHalfMade() throws Exception {
        Path disk = Files.createDirectory(dir.resolve("audit"));
        try (MonitorProcess monitor =
                startWithin("mount -t tmpfs -o size=512k none " + disk + " && exec \"$@\"")) {
            assertEquals(3, monitor.exitCode());
            assertEquals(1, monitor.err().lines().count(), monitor.err());
            assertTrue(monitor.err().contains("is full"), monitor.err());
            nothingIsLeft();
        }
    }

    @Test
    void aMissingKvmDeviceIsNamed() throws Exception {
        String hide = otherDevices() + "mount --bind \"$D\" /dev && exec \"$@\"";
        try (MonitorProcess monitor = startWithin(hide)) {
            assertEquals(3, monitor.exitCode());
            assertEquals(1, monitor.err().lines().count(), monitor.err());
            assertTrue(monitor.err().contains("/dev/kvm is missing"), monitor.err());
        }
    }

    @Test
    void aKvmDeviceWithoutPermissionIsNamed() throws Exception {
        String forbid =
                otherDevices()
                        + "mknod -m 000 \"$D/kvm\" c 10 232 && mount --bind \"$D\" /dev"
                        + " && exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"";
        try (MonitorProcess monitor = startWithin(forbid)) {
            assertEquals(3, monitor.exitCode());
            assertEquals(1, monitor.err().lines().count(), monitor.err());
            assertTrue(monitor.err().contains("no permission to open /dev/kvm"), monitor.err());
        }
    }

    /** A /dev of its own with what a process cannot do without. */
    private String otherDevices() {
        return "D="
                + dir.resolve("dev")
                + "; mkdir -p $D/net && cp -a /dev/null /dev/zero /dev/random /dev/urandom $D"
                + " && mknod $D/net/tun c 10 200 && ";
    }

    private MonitorProcess start(String... environment) throws IOException {
        return start(List.of(environment));
    }

    private MonitorProcess start(List<String> environment, String... more) throws IOException {
        return MonitorProcess.start(dir, net.prefix(), environment, startWords(more));
    }

    /** Starts it in a mount namespace of its own, after a script has prepared that. */
    private MonitorProcess startWithin(String script) throws IOException {
        List<String> prefix = new ArrayList<>(net.prefix());
        prefix.addAll(List.of("unshare", "-m", "sh", "-c", script, "sh"));
        return MonitorProcess.start(dir, prefix, List.of(), startWords());
    }

    private String[] startWords(String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "start",
                                "--assign",
                                "emulated",
                                "--wire",
                                "w0",
                                "--run-dir",
                                dir.resolve("run").toString(),
                                "--audit-dir",
                                dir.resolve("audit").toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private CommandRun ask(String... args) {
        List<String> words = new ArrayList<>(List.of(args));
        words.addAll(List.of("--run-dir", dir.resolve("run").toString()));
        return CommandRun.of(words.toArray(String[]::new));
    }

    private String program() throws IOException {
        Path source = Files.writeString(dir.resolve("example.c"), PROGRAM);
        Path object = dir.resolve("example.o");
        NetworkNamespace.Shell.run("clang-14 -O2 -g -target bpf -c " + source + " -o " + object);
        return object.toString();
    }

    private void theWireIsAsItWas() {
        String link = net.run("ip -d link show w0");
        assertTrue(
                link.contains("mtu 1500") && !link.contains("xdp") && link.contains("state DOWN"),
                link);
        assertFalse(net.run("tc qdisc show dev w0").contains("clsact"));
    }

    private void nothingIsLeft() throws IOException {
        if (Files.notExists(dir.resolve("run"))) {
            return; // it was refused before it made one
        }
        try (var files = Files.list(dir.resolve("run"))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> !name.equals("lock") && !name.equals("monitor.log"))
                            .toList();
            assertEquals(List.of(), names);
        }
    }
}
