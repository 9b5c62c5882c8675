package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input costs one clear sentence and an exit code, and leaves nothing half-made. */
@NeedsKvm
final class BadCommandLinesTest {
    private static final int USAGE = 2;
    private static final int ENVIRONMENT = 3;
    private static final int FAILURE = 5;

    @SuppressWarnings("NullAway.Init") // before every test
    private NetworkNamespaces network;

    @SuppressWarnings("NullAway.Init")
    private RunningMonitor monitor;

    @SuppressWarnings("NullAway.Init")
    private List<String> interfacesBefore;

    @BeforeEach
    void makeNamespaces() {
        network = NetworkNamespaces.create();
        monitor = RunningMonitor.notStarted(network);
        interfacesBefore = network.interfaces(Namespace.HOST);
    }

    @AfterEach
    void nothingIsLeft() {
        try (NetworkNamespaces n = network;
                RunningMonitor m = monitor) {
            assertEquals(interfacesBefore, n.interfaces(Namespace.HOST));
            assertEquals(List.of(), n.processes(Namespace.HOST));
            assertFalse(Files.exists(m.runDir().resolve("control.sock")));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    2 | frobnicate                                          | frobnicate
                    2 | start                                               | --assign
                    2 | start --assign emulated                             | --wire
                    2 | start --assign emulated --wire wire0 --frobnicate   | --frobnicate
                    2 | start --assign tokenring --wire wire0               | tokenring
                    2 | start --assign emulated --wire wire0 --mtu 9        | --mtu
                    2 | start --assign emulated --wire wire0 --image nosuch | --image
                    2 | start --assign emulated --wire wire0 --mac 01:00:5e:00:00:01 | --mac
                    3 | start --assign emulated --wire nosuch0              | nosuch0
                    3 | start --assign emulated --wire wire0 --host-if port0 | port0
                    3 | status                                              | run
                    3 | stop                                                | run
                    3 | restart-driver                                      | run
                    2 | port add --netdev port0                             | --mac
                    """)
    void aBadCallGetsOneSentenceThatNamesWhatIsWrong(int exit, String line, String named) {
        Command command =
                monitor.launcher(line.split(" ")).with("--run-dir", monitor.runDir().toString());
        if (line.startsWith("start")) {
            command = command.with("--audit-dir", monitor.auditDir().toString());
        }
        Command.Result result = command.run();
        assertOneSentence(result, exit);
        assertTrue(result.err().contains(named), result.toString());
    }

    @Test
    void aSecondMonitorInOneRunDirectoryIsRefused() {
        monitor.startAgain();
        Command.Result second =
                monitor.launcher("start", "--assign", "emulated", "--wire", "wire0")
                        .with("--run-dir", monitor.runDir().toString())
                        .with("--audit-dir", monitor.auditDir().toString(), "--host-if", "cof1")
                        .run();
        assertOneSentence(second, ENVIRONMENT);
        // The first one is none the worse for it.
        network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
        monitor.stop();
        monitor.audit("verify").orFail();
    }

    @Test
    void aBusySocketIsRefused() {
        String socket = monitor.runDir().resolve("control.sock").toString();
        Command.Result second = startBeside("--wire", "port0", "--socket", socket);
        assertTrue(second.err().contains(socket), second.toString());
    }

    @Test
    void aWireThatAnotherMonitorHasIsRefused() {
        Command.Result second = startBeside("--wire", "wire0");
        assertTrue(second.err().contains("wire0"), second.toString());
    }

    /** Starts a second monitor beside a running one; it must be refused, and the first none the worse for it. */
    private Command.Result startBeside(String... options) {
        monitor.startAgain();
        String filters = wireFilters();
        assertTrue(filters.contains("cofd_wire"), filters);
        try (RunningMonitor other = RunningMonitor.notStarted(network)) {
            Command.Result second =
                    other.launcher("start", "--assign", "emulated", "--host-if", "cof1")
                            .with("--run-dir", other.runDir().toString())
                            .with("--audit-dir", other.auditDir().toString())
                            .with(options)
                            .run();
            assertEquals(ENVIRONMENT, second.exit(), second.toString());
            assertFalse(second.err().contains("Exception"), second.toString());
            assertEquals(filters, wireFilters(), "the first monitor's hold on its wire");
            network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
            monitor.stop();
            return second;
        }
    }

    private String wireFilters() {
        return network.shell(
                Namespace.HOST,
                "tc filter show dev wire0 ingress; tc filter show dev wire0 egress");
    }

    @Test
    void withoutKvmItSaysSo() {
        Command.Result result = startIn("mount -t tmpfs none /dev && mknod /dev/null c 1 3");
        assertOneSentence(result, ENVIRONMENT);
        assertTrue(result.err().contains("/dev/kvm"), result.toString());
    }

    @Test
    void aDeviceThatIsNotKvmIsNamed() {
        Command.Result result = startIn("mount --bind /dev/zero /dev/kvm");
        assertOneSentence(result, ENVIRONMENT);
        assertTrue(result.err().contains("/dev/kvm"), result.toString());
    }

    @Test
    void withoutPermissionForKvmItSaysSo() throws IOException {
        Command.of("chown", "-R", "65534:65534", monitor.folder().toString()).run().orFail();
        Command.Result result =
                startIn(
                        "chmod 755 " + monitor.folder(),
                        "setpriv --reuid 65534 --regid 65534 --clear-groups");
        assertOneSentence(result, ENVIRONMENT);
        assertTrue(result.err().contains("permission"), result.toString());
    }

    @Test
    void aFullDiskForTheLogIsNamedBeforeAnythingIsMade() {
        Command.Result result = startIn("mount -t tmpfs -o size=256k none " + monitor.auditDir());
        assertOneSentence(result, ENVIRONMENT);
        assertTrue(result.err().contains(monitor.auditDir().toString()), result.toString());
    }

    @Test
    void aFlippedBitInTheLogIsFound() throws IOException {
        monitor.startAgain();
        network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
        monitor.stop();
        monitor.audit("verify").orFail();
        flipABit(segment());
        Command.Result result = monitor.audit("verify");
        assertEquals(FAILURE, result.exit(), result.toString());
        assertFalse(result.err().contains("Exception"), result.toString());
        assertTrue(
                (result.out() + result.err()).contains(segment().getFileName().toString()),
                result.toString());
    }

    @Test
    void aMissingLogIsNamed() {
        Command.Result result =
                monitor.launcher("audit", "verify", "--audit-dir", "/nonexistent/log").run();
        assertOneSentence(result, ENVIRONMENT);
        assertTrue(result.err().contains("/nonexistent/log"), result.toString());
    }

    @Test
    void anUnknownCrossingTypeIsAUsageError() {
        Command.Result result = monitor.audit("tail", "--type", "GOSSIP");
        assertOneSentence(result, USAGE);
        assertTrue(result.err().contains("GOSSIP"), result.toString());
    }

    /** Starts in a mount namespace of its own, in which a preparation changes what the monitor finds. */
    private Command.Result startIn(String preparation, String... wrapper) {
        Command start =
                monitor.launcher("start", "--assign", "emulated", "--wire", "wire0")
                        .with("--host-if", "cof0")
                        .with("--run-dir", monitor.runDir().toString())
                        .with("--audit-dir", monitor.auditDir().toString());
        List<String> words = start.words();
        // ip netns exec NAME, then the words of the monitor's own command line
        String line =
                preparation
                        + " && exec "
                        + String.join(" ", wrapper)
                        + " "
                        + String.join(" ", words.subList(4, words.size()));
        return new Command(words.subList(0, 4)).with("unshare", "--mount", "sh", "-c", line).run();
    }

    private static void assertOneSentence(Command.Result result, int exit) {
        assertEquals(exit, result.exit(), result.toString());
        assertEquals("", result.out(), result.toString());
        assertEquals(1, result.err().lines().count(), result.toString());
        assertTrue(result.err().startsWith("monitor: "), result.toString());
        assertFalse(result.err().contains("Exception"), result.toString());
    }

    private Path segment() throws IOException {
        try (Stream<Path> files = Files.list(monitor.auditDir())) {
            return files.filter(Files::isRegularFile)
                    .filter(p -> p.getFileName().toString().matches(".*[0-9].*"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void flipABit(Path file) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            long at = 4096 + 200;
            f.seek(at);
            int b = f.read();
            f.seek(at);
            f.write(b ^ 4);
        }
    }
}
