package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.LinuxGuest;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Linux machine under QEMU attaches with two pairs of queues and offloads, and outlives the monitor. */
@NeedsKvm
final class LinuxGuestTest {
    private static final String MAC = "02:00:00:00:00:91";
    private static final String IP = "10.77.0.6";
    private static final int PORT = 7100;
    private static final int DATA_BYTES = 4 << 20;

    /** A full Ethernet frame's; what is larger came or went as one segment of many (TSO). */
    private static final int LARGEST_FRAME = 1514;

    // Bits of virtio 1.2, 5.1.3 and 6.
    private static final List<Integer> WANTED = List.of(0, 1, 7, 8, 11, 12, 15, 16, 22, 28, 29, 32);
    private static final int RING_PACKED = 34;

    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @BeforeEach
    void qemuIsThere() {
        assumeTrue(
                LinuxGuest.image().isPresent(),
                "the lab's images are not there; ops/lab/build makes them");
    }

    /** QEMU's own reconnection in one mode, and this side's in the other. */
    @ParameterizedTest(name = "mode {0}, {1} rings: {2}")
    @CsvSource({"server,split,stop kill", "client,split,kill", "server,packed,restart-driver kill"})
    void aLinuxMachineTalksBothWaysAndOutlivesTheMonitor(String mode, String rings, String ends)
            throws IOException {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            String configuration = start(monitor, mode);
            boolean packed = rings.equals("packed");
            try (LinuxGuest guest = boot(monitor, mode, packed ? "packed=on" : "")) {
                offloadsAndQueuesAreThere(guest, monitor, packed);
                talksBothWays(guest, monitor);
                withoutALinkNothingPasses(guest, monitor);
                for (String end : ends.split(" ", -1)) {
                    interrupt(monitor, end, configuration);
                    talksBothWays(guest, monitor);
                }
                assertTrue(guest.isAlive(), guest::said);
            }
            assertEquals(List.of(), monitor.records("GUEST_REFUSED"));
            monitor.stop();
        }
    }

    private void withoutALinkNothingPasses(LinuxGuest guest, RunningMonitor monitor) {
        set(monitor, "down");
        assertEquals(100, network.loss(Namespace.HOST, IP, 2));
        set(monitor, "up");
        network.awaitPath(Namespace.HOST, IP);
        assertEquals("1", guest.run("cat /sys/class/net/eth0/carrier"));
    }

    private static void set(RunningMonitor monitor, String link) {
        monitor.launcher("guest", "set", "vm", "--link", link)
                .with("--run-dir", monitor.runDir().toString())
                .run()
                .orFail();
    }

    private static void interrupt(RunningMonitor monitor, String end, String configuration) {
        switch (end) {
            case "stop" -> monitor.stop();
            case "kill" -> monitor.kill();
            default -> {
                monitor.call(end, "--kill").orFail();
                monitor.awaitRestarts(1);
                return;
            }
        }
        monitor.startAgain("--config", configuration);
    }

    private static String start(RunningMonitor monitor, String mode) throws IOException {
        Path file = monitor.folder().resolve("guests.conf");
        Files.writeString(
                file, "guest.vm = mac=%s ip=%s peers=host mode=%s\n".formatted(MAC, IP, mode));
        monitor.startAgain("--config", file.toString());
        return file.toString();
    }

    private static LinuxGuest boot(RunningMonitor monitor, String mode, String card) {
        String chardev =
                "path="
                        + monitor.runDir().resolve("guests/vm")
                        + (mode.equals("server") ? ",reconnect-ms=200" : ",server=on,wait=on");
        LinuxGuest guest = LinuxGuest.boot(monitor.folder(), chardev, MAC, card);
        guest.run("ip address add " + IP + "/24 dev eth0; ip link set eth0 up");
        // busybox's nc ends when either of its inputs does: this one never does.
        guest.run("mkfifo /tmp/open; exec 9<>/tmp/open");
        return guest;
    }

    private static void offloadsAndQueuesAreThere(
            LinuxGuest guest, RunningMonitor monitor, boolean packed) {
        String features = guest.features();
        for (int bit : WANTED) {
            assertEquals('1', features.charAt(bit), "feature " + bit);
        }
        assertEquals(packed ? '1' : '0', features.charAt(RING_PACKED));
        assertEquals("2", guest.run("ls -d /sys/class/net/eth0/queues/rx-* | wc -l"));
        monitor.await("four queues", () -> show(monitor).at("queues").asLong() == 4);
    }

    private static Json show(RunningMonitor monitor) {
        return Json.parse(
                monitor.launcher("guest", "show", "vm", "-o", "json")
                        .with("--run-dir", monitor.runDir().toString())
                        .run()
                        .orFail()
                        .out());
    }

    private void talksBothWays(LinuxGuest guest, RunningMonitor monitor) throws IOException {
        network.awaitPath(Namespace.HOST, IP);
        network.awaitPath(Namespace.OUTSIDE, IP);
        assertEquals(0, network.loss(Namespace.HOST, IP, 20));
        guest.run("ping -c 1 -W 5 " + NetworkNamespaces.HOST_IP);
        guest.run("ping -c 1 -W 5 " + NetworkNamespaces.OUTSIDE_IP);
        toGuest(guest, monitor.folder().resolve("data"));
        fromGuest(guest, monitor.folder().resolve("data"));
        bothQueuesAreUsed(guest);
    }

    /** Frames of different flows come by different queues; an interrupt is told for each. */
    private void bothQueuesAreUsed(LinuxGuest guest) {
        String count = "awk '/virtio[0-9]+-input.%d/ { print $2 + $3 }' /proc/interrupts";
        long first = Long.parseLong(guest.run(count.formatted(0)));
        long second = Long.parseLong(guest.run(count.formatted(1)));
        Awaitility.await("frames in both queues")
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            network.in(Namespace.HOST, "bash", "-c")
                                    .with(
                                            "for port in 1 2 3 4 5 6 7 8; do echo >/dev/udp/"
                                                    + IP
                                                    + "/$port; done")
                                    .run();
                            return Long.parseLong(guest.run(count.formatted(0))) > first
                                    && Long.parseLong(guest.run(count.formatted(1))) > second;
                        });
    }

    private void toGuest(LinuxGuest guest, Path data) throws IOException {
        byte[] bytes = new byte[DATA_BYTES];
        new Random(4).nextBytes(bytes);
        Files.write(data, bytes);
        long packets = guest.counter("rx_packets");
        long received = guest.counter("rx_bytes");
        Process sender = listen(ProcessBuilder.Redirect.from(data.toFile()), data + ".out");
        String sum =
                guest.run("nc %s %d <&9 | sha256sum".formatted(NetworkNamespaces.HOST_IP, PORT));
        end(sender);
        assertEquals(sha256(data), sum.split(" ", 2)[0]);
        long average =
                (guest.counter("rx_bytes") - received) / (guest.counter("rx_packets") - packets);
        System.out.printf("to the Linux guest: %d bytes a frame%n", average);
        assertTrue(average > LARGEST_FRAME, "bytes a frame to the guest: " + average);
    }

    private void fromGuest(LinuxGuest guest, Path data) throws IOException {
        String made =
                guest.run(
                        "dd if=/dev/urandom bs=1M count=4 of=/tmp/up 2>/dev/null; sha256sum /tmp/up");
        long packets = guest.counter("tx_packets");
        long sent = guest.counter("tx_bytes");
        Process receiver = listen(ProcessBuilder.Redirect.PIPE, data + ".out");
        guest.run("nc %s %d </tmp/up".formatted(NetworkNamespaces.HOST_IP, PORT));
        end(receiver);
        assertEquals(made.split(" ", 2)[0], sha256(Path.of(data + ".out")));
        long average = (guest.counter("tx_bytes") - sent) / (guest.counter("tx_packets") - packets);
        System.out.printf("from the Linux guest: %d bytes a frame%n", average);
        assertTrue(average > LARGEST_FRAME, "bytes a frame from the guest: " + average);
    }

    /** A listener in the host's namespace; returns when it listens. */
    private Process listen(ProcessBuilder.Redirect in, String out) throws IOException {
        Process process =
                new ProcessBuilder(
                                network.in(
                                                Namespace.HOST,
                                                LinuxGuest.busybox().toString(),
                                                "nc",
                                                "-l",
                                                "-p",
                                                Integer.toString(PORT))
                                        .words())
                        .redirectInput(in)
                        .redirectOutput(new File(out))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Awaitility.await("nc to listen")
                .until(() -> network.shell(Namespace.HOST, "ss -Hltn").contains(":" + PORT + " "));
        return process;
    }

    private static void end(Process process) {
        try {
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "nc does not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
