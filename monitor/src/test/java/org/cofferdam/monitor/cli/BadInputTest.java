package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.cofferdam.monitor.state.RunDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong costs one line on standard error and a distinct exit code, and leaves nothing behind. */
final class BadInputTest {
    @TempDir Path dir;

    static Stream<Arguments> wrongCommandLines() {
        return Stream.of(
                wrong(2, "a command is missing"),
                wrong(2, "unmatched argument", "begin"),
                wrong(2, "unknown option", "--frobnicate"),
                wrong(2, "see 'monitor start --help'", "start", "--frobnicate"),
                wrong(2, "--assign is missing", "start"),
                wrong(
                        3,
                        "there is no PCI device 00ff:fe:1f.7",
                        "start",
                        "--assign",
                        "00ff:fe:1f.7"),
                wrong(2, "is not a card", "start", "--assign", "03:20.0"),
                wrong(2, "is not a card", "start", "--assign", "../../03:00.0"),
                wrong(2, "--wire: only with 'emulated'", assigned("--wire", "lo")),
                wrong(2, "--card: only with 'emulated'", assigned("--card", "82574L")),
                wrong(2, "--mac: only with 'emulated'", assigned("--mac", "52:54:00:12:34:56")),
                wrong(2, "neither yes nor no", assigned("--allow-unsafe-interrupts=perhaps")),
                wrong(2, "only with a PCI card", wired("--allow-unsafe-interrupts")),
                wrong(2, "is not an output format", "devices", "-o", "yaml"),
                wrong(2, "is not a card", "start", "--assign", "real"),
                wrong(2, "--wire is missing", "start", "--assign", "emulated"),
                wrong(2, "missing required parameter", "start", "--wire"),
                wrong(2, "is not an interface name", wired("--wire", "an/interface")),
                wrong(2, "is not an interface name", wired("--host-if", "a-name-that-is-too-long")),
                wrong(2, "is the wire already", wired("--host-if", "lo")),
                wrong(2, "82574L or 82540EM", wired("--card", "rtl8139")),
                wrong(2, "is not a MAC address", wired("--mac", "52:54")),
                wrong(2, "group address", wired("--mac", "01:00:5e:00:00:01")),
                wrong(
                        2,
                        "neither 'nano' nor 'linux' nor an image's file or folder",
                        wired("--image", "/nonexistent.elf")),
                wrong(2, "576 to 1500", wired("--mtu", "100")),
                wrong(2, "576 to 1500", wired("--mtu", "99999999999999")),
                wrong(2, "1 to 8", wired("--queues", "0")),
                wrong(2, "is not a rate", wired("--rate", "fast")),
                wrong(2, "is not an ethertype", wired("--ethertypes", "ipx")),
                wrong(2, "is not an ethertype", wired("--ethertypes", "0x05dc")),
                wrong(2, "0 to 1000000", wired("--idle-passes", "-1")),
                wrong(2, "restart or stop", wired("--on-fault", "pray")),
                wrong(2, "shared", wired("--threads", "many")),
                wrong(2, "should be specified only once", wired("--mtu", "1400", "--mtu", "1500")),
                wrong(2, "there is no file", wired("--config", "/nonexistent.conf")),
                wrong(2, "longer than", wired("--socket", "/tmp/" + "s".repeat(120))),
                wrong(
                        3,
                        "there is no interface nope0",
                        "start",
                        "--assign",
                        "emulated",
                        "--wire",
                        "nope0"),
                wrong(3, "no monitor answers", "status", "--run-dir", "/nonexistent"),
                wrong(3, "no monitor answers", "stop", "--run-dir", "/nonexistent"),
                wrong(
                        3,
                        "no monitor answers",
                        "restart-driver",
                        "--kill",
                        "--run-dir",
                        "/nonexistent"),
                wrong(3, "no monitor answers", "port", "list", "--run-dir", "/nonexistent"),
                wrong(2, "is not an output format", "status", "-o", "yaml"),
                wrong(2, "(add, remove or list)", "port"),
                wrong(2, "missing required options", "port", "add"),
                wrong(2, "missing required option", "port", "remove"),
                wrong(2, "is not an interface name", "port", "remove", "--netdev", "a/b"),
                wrong(2, "prove, check-proof or key)", "audit"),
                wrong(
                        3,
                        "there is no audit log in",
                        "audit",
                        "tail",
                        "--audit-dir",
                        "/nonexistent"),
                wrong(
                        3,
                        "there is no audit log in",
                        "audit",
                        "verify",
                        "--audit-dir",
                        "/nonexistent"),
                wrong(2, "is not an output format", "audit", "verify", "-o", "xml"),
                wrong(2, "is not an output format", "audit", "tail", "-o", "xml"),
                wrong(2, "no crossing type", "audit", "tail", "--type", "NOISE"),
                wrong(2, "is not a time", "audit", "tail", "--since", "next tuesday"),
                wrong(2, "is not a number of crossings", "audit", "tail", "-n", "many"),
                wrong(2, "is not a number of seconds", "stop", "--timeout", "soon"));
    }

    private static Arguments wrong(int exitCode, String words, String... args) {
        return Arguments.of(exitCode, words, args);
    }

    /** A start on the wire "lo", or on another if {@code more} names one. */
    private static String[] wired(String... more) {
        Stream<String> base = Stream.of("start", "--assign", "emulated");
        Stream<String> wire = more[0].equals("--wire") ? Stream.of() : Stream.of("--wire", "lo");
        return Stream.concat(Stream.concat(base, wire), Stream.of(more)).toArray(String[]::new);
    }

    private static String[] assigned(String... more) {
        return Stream.concat(Stream.of("start", "--assign", "00ff:fe:1f.7"), Stream.of(more))
                .toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("wrongCommandLines")
    void aWrongCommandLineGetsOneSentence(int exitCode, String words, String[] args) {
        isOneSentence(CommandRun.of(args), exitCode, words);
    }

    private static void isOneSentence(CommandRun run, int exitCode, String words) {
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("monitor: "), run.err());
        assertTrue(run.err().contains(words), run.err());
        assertFalse(run.err().contains("Exception"), run.err());
        assertEquals(exitCode, run.exitCode(), run.err());
        assertEquals("", run.out());
    }

    @Test
    void aMisspeltKeyIsNamedWithFileAndLine() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("lab.conf"), "# the lab\nassign = emulated\nwirre = lo\n");
        isOneSentence(
                CommandRun.of("start", "--config", file.toString()),
                2,
                file + " line 3: unknown key \"wirre\"");
    }

    @Test
    void aBadValueInTheFileIsNamedWithFileAndLine() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("lab.conf"), "assign = emulated\nwire = lo\n\nmtu = much\n");
        isOneSentence(
                CommandRun.of("start", "--config", file.toString()),
                2,
                file + " line 4: mtu: \"much\"");
    }

    @Test
    @EnabledIf(
            value = "org.cofferdam.monitor.cli.MonitorProcessTest#isKvmThere",
            disabledReason =
                    "whether /dev/kvm is there is asked first, and it is not on this machine")
    void aRunDirectoryThatIsHeldIsNotShared() {
        Path runDir = dir.resolve("run");
        try (RunDirectory held = RunDirectory.claim(runDir, line -> {})) {
            isOneSentence(
                    start("--host-if", "cofd-t0"),
                    3,
                    "already runs with the run directory " + held.path());
        }
    }

    @Test
    @EnabledIf(
            value = "org.cofferdam.monitor.cli.MonitorProcessTest#isKvmThere",
            disabledReason =
                    "whether /dev/kvm is there is asked first, and it is not on this machine")
    void aRunDirectoryOpenToOthersIsRefused() throws IOException {
        Path runDir = Files.createDirectory(dir.resolve("run"));
        Files.setPosixFilePermissions(
                runDir, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        isOneSentence(start("--host-if", "cofd-t0"), 4, "is open to other users");
    }

    @Test
    @EnabledIf(
            value = "org.cofferdam.monitor.cli.MonitorProcessTest#isKvmThere",
            disabledReason =
                    "whether /dev/kvm is there is asked first, and it is not on this machine")
    void anAuditDirectoryThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "");
        isOneSentence(
                start("--host-if", "cofd-t0", "--audit-dir", file.toString()),
                3,
                "is not a folder");
    }

    @Test
    void somethingElseOnTheSocketIsSaidToBeNoMonitor() throws Exception {
        Path socket = dir.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread rude =
                    new Thread(
                            () -> {
                                try (var channel = server.accept()) {
                                    channel.read(java.nio.ByteBuffer.allocate(4096));
                                    channel.write(
                                            java.nio.ByteBuffer.wrap(
                                                    "220 smtp ready\r\n"
                                                            .getBytes(
                                                                    java.nio.charset
                                                                            .StandardCharsets
                                                                            .US_ASCII)));
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            rude.start();
            isOneSentence(
                    CommandRun.of("status", "--socket", socket.toString()),
                    5,
                    "is not a monitor's control API");
            rude.join();
        }
    }

    @Test
    void verboseShowsTheCause() {
        CommandRun run = CommandRun.of("status", "--verbose", "--run-dir", "/nonexistent");
        assertEquals(3, run.exitCode());
        assertTrue(run.err().contains("\tat org.cofferdam"), run.err());
    }

    private CommandRun start(String... more) {
        String[] base = {
            "start",
            "--assign",
            "emulated",
            "--run-dir",
            dir.resolve("run").toString(),
            "--wire",
            "lo"
        };
        boolean ownWire = Stream.of(more).anyMatch("--wire"::equals);
        Stream<String> given = Stream.of(base).limit(ownWire ? base.length - 2 : base.length);
        Stream<String> audit =
                Stream.of(more).anyMatch("--audit-dir"::equals)
                        ? Stream.of()
                        : Stream.of("--audit-dir", dir.resolve("audit").toString());
        return CommandRun.of(
                Stream.concat(Stream.concat(given, audit), Stream.of(more)).toArray(String[]::new));
    }
}
