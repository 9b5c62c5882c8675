package org.cofferdam.proxy.hostport;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.proxy.frame.Mac;
import org.cofferdam.proxy.kernel.Command;
import org.cofferdam.proxy.kernel.InNetworkNamespace;
import org.cofferdam.proxy.packetswitch.Burst;
import org.cofferdam.proxy.packetswitch.CrossingRecorder;
import org.cofferdam.proxy.packetswitch.PacketSwitch;
import org.cofferdam.proxy.packetswitch.PortCounter;
import org.cofferdam.proxy.packetswitch.PortId;
import org.cofferdam.proxy.packetswitch.PortPolicy;
import org.cofferdam.proxy.packetswitch.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Real taps: one in this namespace, one in another, joined by a switch. What the kernel's own stacks say to each other
 * over them is the judge of offloads and coalescing.
 */
@ExtendWith(InNetworkNamespace.class)
final class HostPortTest {
    private static final PortId NEAR = new PortId(0);
    private static final PortId FAR = new PortId(1);
    private static final Mac NEAR_MAC = Mac.parse("52:54:00:00:00:01");
    private static final Mac FAR_MAC = Mac.parse("52:54:00:00:00:02");
    private static final int BYTES = 8_000_000;
    // Of the queue's places some are left to the namespace's own chatter.
    private static final int PAUSE_FRAMES = HostPort.QUEUE_FRAMES - 96;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private String farNamespace = "";
    private HostPort near;
    private HostPort far;
    private PacketSwitch packets;
    private Thread thread;

    @BeforeEach
    void join() {
        farNamespace = InNetworkNamespace.prefix() + "-far";
        Command.line("ip netns add " + farNamespace);
        near = HostPort.create("cofnear", 2, NEAR_MAC, 1500);
        far = HostPort.create("coffar", 1, FAR_MAC, 1500);
        near.setCarrier(true);
        far.setCarrier(true);
        Command.line("ip addr add 10.78.0.1/24 dev cofnear");
        Command.line("ip link set coffar netns " + farNamespace);
        inFar("ip addr add 10.78.0.2/24 dev coffar");
        inFar("ip link set coffar up");
        packets = new PacketSwitch(System::nanoTime, CrossingRecorder.NONE, new Burst());
        packets.addPort(NEAR, near, PortPolicy.station(NEAR_MAC, 1500));
        packets.addPort(FAR, far, PortPolicy.station(FAR_MAC, 1500));
        thread = Thread.ofPlatform().start(this::work);
    }

    private void work() {
        while (!Thread.currentThread().isInterrupted()) {
            if (packets.doWork() == 0) {
                LockSupport.parkNanos(50_000);
            }
        }
    }

    @AfterEach
    void part() throws InterruptedException {
        thread.interrupt();
        thread.join();
        near.close();
        far.close();
        Command.line("ip netns delete " + farNamespace);
    }

    @Test
    void theHostSeesTheCardsAddressMtuAndCarrier() {
        assertArrayEquals(NEAR_MAC.bytes(), NetDevice.mac("cofnear").orElseThrow());
        assertEquals(1500, NetDevice.mtu("cofnear"));
        await().atMost(PATIENCE).until(() -> NetDevice.hasCarrier("cofnear"));
        near.setCarrier(false);
        await().atMost(PATIENCE).until(() -> !NetDevice.hasCarrier("cofnear"));
        near.setMtu(1400);
        assertEquals(1400, NetDevice.mtu("cofnear"));
    }

    @Test
    void largeFramesPassBothWaysAndTheStacksAccept() throws IOException {
        exchange();
        // With 1448 bytes a segment it would be many more.
        assertTrue(packets.counters(NEAR).get(PortCounter.FRAMES_OUT) < BYTES / 1448);
        assertEquals(0, checksumErrors());
    }

    @Test
    void segmentsAreJoinedAndTheHostsStackAcceptsThem() throws IOException {
        inFar("ethtool -K coffar tso off gso off tx off sg off");
        exchange();
        long given = packets.counters(NEAR).get(PortCounter.FRAMES_OUT);
        long written = received();
        assertTrue(given >= BYTES / 1448, "segments came one by one: " + given);
        assertTrue(written < given, given + " frames were written as " + written);
        assertEquals(0, checksumErrors());
    }

    @Test
    void datagramsAreJoinedAndTheHostsStackTakesThemApart() throws Exception {
        int datagrams = 150; // what a socket has room for at once
        Command.line("ip neigh replace 10.78.0.2 lladdr " + FAR_MAC + " nud permanent dev cofnear");
        inFar("ip neigh replace 10.78.0.1 lladdr " + NEAR_MAC + " nud permanent dev coffar");
        try (DatagramSocket socket =
                new DatagramSocket(
                        new InetSocketAddress(
                                InetAddress.getByAddress(new byte[] {10, 78, 0, 1}), 0))) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.setReceiveBufferSize(1 << 20);
            thread.interrupt();
            thread.join();
            long given = packets.counters(NEAR).get(PortCounter.FRAMES_OUT);
            long before = received();
            // One socket, so one flow; the last has another size.
            Process sender =
                    start(
                            "exec 3<>/dev/udp/10.78.0.1/"
                                    + socket.getLocalPort()
                                    + "; for n in $(seq 1001 "
                                    + (1000 + datagrams)
                                    + "); do printf %064d $n >&3; done; printf end >&3");
            assertEquals(0, sender.waitFor());
            thread = Thread.ofPlatform().start(this::work);
            DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
            for (int n = 1001; n <= 1000 + datagrams; n++) {
                socket.receive(packet);
                assertEquals("%064d".formatted(n), text(packet));
            }
            socket.receive(packet);
            assertEquals("end", text(packet));
            assertTrue(
                    packets.counters(NEAR).get(PortCounter.FRAMES_OUT) - given > datagrams,
                    "they came one by one");
            assertEquals(kernelIsSince(6, 2), near.takesLargeDatagrams());
            if (near.takesLargeDatagrams()) {
                long written = received() - before;
                assertTrue(written < datagrams / 4, datagrams + " were written as " + written);
            }
            assertEquals(0, snmp("Udp:", "InCsumErrors"));
        }
    }

    private static boolean kernelIsSince(int major, int minor) {
        String[] release = System.getProperty("os.version").split("[.-]", 3);
        int[] has = {Integer.parseInt(release[0]), Integer.parseInt(release[1])};
        return Arrays.compare(has, new int[] {major, minor}) >= 0;
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    private static long received() throws IOException {
        return Long.parseLong(read("/sys/class/net/cofnear/statistics/rx_packets"));
    }

    @Test
    void whileTheInterfaceIsDownFramesForItAreCounted() {
        NetDevice.setUp("cofnear", false);
        inFar("ip neigh replace 10.78.0.1 lladdr " + NEAR_MAC + " nud permanent dev coffar");
        Process ping = start("ping -c 3 -i 0.2 -W 1 10.78.0.1");
        await().atMost(PATIENCE)
                .until(() -> packets.counters(NEAR).given(Verdict.DROP_PORT_DOWN) > 0);
        ping.destroy();
    }

    @Test
    void whatTheHostSendsInAPauseOfTheSwitchIsKept() throws InterruptedException, IOException {
        thread.interrupt();
        thread.join();
        Command.line("ip neigh replace 10.78.0.2 lladdr " + FAR_MAC + " nud permanent dev cofnear");
        long before = packets.counters(FAR).get(PortCounter.FRAMES_OUT);
        long dropped = dropped();
        // One flow, so that all wait in one queue.
        try (DatagramSocket socket = new DatagramSocket()) {
            byte[] word = new byte[4];
            DatagramPacket packet =
                    new DatagramPacket(
                            word,
                            word.length,
                            InetAddress.getByAddress(new byte[] {10, 78, 0, 2}),
                            9);
            for (int i = 0; i < PAUSE_FRAMES; i++) {
                socket.send(packet);
            }
        }
        assertEquals(dropped, dropped());
        thread = Thread.ofPlatform().start(this::work);
        await().atMost(PATIENCE)
                .until(
                        () ->
                                packets.counters(FAR).get(PortCounter.FRAMES_OUT) - before
                                        >= PAUSE_FRAMES);
        assertEquals(dropped, dropped());
    }

    private static long dropped() throws IOException {
        return Long.parseLong(read("/sys/class/net/cofnear/statistics/tx_dropped"));
    }

    // The far side connects, sends numbers and gets numbers back; both ends compare.
    private void exchange() throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 78, 0, 1}), 0));
            server.setSoTimeout((int) PATIENCE.toMillis());
            Process client =
                    start(
                            "exec 3<>/dev/tcp/10.78.0.1/"
                                    + server.getLocalPort()
                                    + "; seq 1 10000000 | head -c "
                                    + BYTES
                                    + " >&3; head -c "
                                    + BYTES
                                    + " <&3 | cmp - <(seq 1 10000000 | head -c "
                                    + BYTES
                                    + ") && echo same");
            try (Socket socket = server.accept()) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                byte[] numbers = numbers();
                byte[] got = socket.getInputStream().readNBytes(BYTES);
                assertArrayEquals(numbers, got);
                OutputStream out = socket.getOutputStream();
                out.write(numbers);
                out.flush();
                try (InputStream answer = client.getInputStream()) {
                    assertEquals(
                            "same",
                            new String(answer.readAllBytes(), StandardCharsets.US_ASCII).strip());
                }
            } finally {
                client.destroy();
            }
        }
    }

    private static byte[] numbers() {
        StringBuilder text = new StringBuilder(BYTES + 10);
        for (int i = 1; text.length() < BYTES; i++) {
            text.append(i).append('\n');
        }
        return text.substring(0, BYTES).getBytes(StandardCharsets.US_ASCII);
    }

    private static long checksumErrors() throws IOException {
        return snmp("Tcp:", "InCsumErrors");
    }

    private static long snmp(String protocol, String counter) throws IOException {
        List<String[]> lines =
                Files.readAllLines(Path.of("/proc/net/snmp")).stream()
                        .filter(line -> line.startsWith(protocol))
                        .map(line -> line.split(" "))
                        .toList();
        int column = List.of(lines.get(0)).indexOf(counter);
        return Long.parseLong(lines.get(1)[column]);
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file)).strip();
    }

    private void inFar(String command) {
        Command.line("ip netns exec " + farNamespace + " " + command);
    }

    private Process start(String script) {
        try {
            return new ProcessBuilder("ip", "netns", "exec", farNamespace, "bash", "-c", script)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
