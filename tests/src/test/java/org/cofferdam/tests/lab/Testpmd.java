package org.cofferdam.tests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** DPDK's testpmd with virtio-user ports, as guests that nobody of us wrote; unpacked by tests/testpmd/unpack. */
public final class Testpmd implements AutoCloseable {
    private static final String PROMPT = "testpmd> ";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Process process;
    private final Path output;

    private Testpmd(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Where it was unpacked; empty if it was not. */
    public static Optional<Path> folder() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(cache);
        Path folder = base.resolve("cofferdam/testpmd");
        return Files.exists(folder.resolve("complete")) ? Optional.of(folder) : Optional.empty();
    }

    /** Starts one that attaches to a socket and answers for whatever address it is asked by ARP. */
    public static Testpmd thatAnswersPings(Path socket, String mac, Path output, String... prefix) {
        return start(
                List.of(prefix),
                output,
                List.of(device(0, socket, mac, "queues=1")),
                "--forward-mode=icmpecho",
                "--auto-start");
    }

    /** The same where testpmd makes the socket, and whoever serves it connects. */
    public static Testpmd thatListensAndAnswersPings(Path socket, String mac, Path output) {
        return start(
                List.of(),
                output,
                List.of(device(0, socket, mac, "queues=1,server=1")),
                "--forward-mode=icmpecho",
                "--auto-start");
    }

    /** One that makes the socket and sends to an address without end. */
    public static Testpmd thatListensAndSends(Path socket, String mac, String to, Path output) {
        return start(
                List.of(),
                output,
                List.of(device(0, socket, mac, "queues=1,server=1")),
                "--forward-mode=txonly",
                "--eth-peer=0," + to,
                "--auto-start");
    }

    /** Starts one that has two guests' ports and sends on to each what it receives from the other, when it is told to. */
    public static Testpmd betweenTwoPorts(
            Path first, String firstMac, Path second, String secondMac, Path output, String more) {
        return start(
                List.of(),
                output,
                List.of(device(0, first, firstMac, more), device(1, second, secondMac, more)),
                "--interactive",
                "--forward-mode=io",
                "--eth-peer=0," + secondMac,
                "--eth-peer=1," + firstMac);
    }

    private static String device(int index, Path socket, String mac, String more) {
        return "net_virtio_user" + index + ",path=" + socket + ",mac=" + mac + "," + more;
    }

    private static Testpmd start(
            List<String> prefix, Path output, List<String> devices, String... arguments) {
        Path folder = folder().orElseThrow();
        Path drivers = folder.resolve("lib/dpdk/pmds-23.0");
        List<String> words = new ArrayList<>(prefix);
        // A line at a time: else its counters would come when it ends.
        words.addAll(List.of("stdbuf", "-oL", folder.resolve("dpdk-testpmd").toString()));
        words.addAll(List.of("--no-huge", "-m", "128", "--no-pci", "--no-telemetry"));
        words.addAll(List.of("--no-shconf", "--lcores", "0@1,1@0"));
        for (String driver : List.of("bus_vdev", "mempool_ring", "net_virtio")) {
            words.addAll(List.of("-d", drivers.resolve("librte_" + driver + ".so.23").toString()));
        }
        devices.forEach(device -> words.addAll(List.of("--vdev", device)));
        words.addAll(List.of("--", "--total-num-mbufs=4096"));
        words.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.to(output.toFile()));
        builder.environment().put("LD_LIBRARY_PATH", folder.resolve("lib") + ":" + drivers);
        // What DPDK keeps for other processes of its kind lies here, and not in /var/run.
        builder.environment().put("RUNTIME_DIRECTORY", String.valueOf(output.getParent()));
        try {
            return new Testpmd(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives an interactive one a command and waits for the next prompt; what it answered. */
    public String command(String line) {
        Awaitility.await("testpmd's prompt").atMost(PATIENCE).until(() -> said().contains(PROMPT));
        int before = said().length();
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(said(), e);
        }
        Awaitility.await("testpmd's answer to " + line)
                .atMost(PATIENCE)
                .until(() -> said().substring(before).contains(PROMPT));
        return said().substring(before);
    }

    /** Packets that a port has {@code RX} received or {@code TX} sent, by an interactive one's word. */
    public long packets(int port, String direction) {
        Matcher counter =
                Pattern.compile(direction + "-packets: *(\\d+)")
                        .matcher(command("show port stats " + port));
        if (!counter.find()) {
            throw new AssertionError("no counter of port " + port + ":\n" + said());
        }
        return Long.parseLong(counter.group(1));
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote. */
    public String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** kill -9, as its crash would be. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("testpmd does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
