package org.cofferdam.proxy.kernel;

import static org.cofferdam.proxy.kernel.TestNetwork.HOST;
import static org.cofferdam.proxy.kernel.TestNetwork.OUTSIDE;
import static org.cofferdam.proxy.kernel.TestNetwork.TAP;
import static org.cofferdam.proxy.kernel.TestNetwork.ifindex;
import static org.cofferdam.proxy.kernel.TestNetwork.peer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.bpf.BpfObject;
import org.cofferdam.binding.bpf.TcAttachment;
import org.cofferdam.binding.bpf.TcDirection;
import org.cofferdam.binding.bpf.TcPlace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the kernel program comes to the interfaces and leaves them, whatever happens in between. */
@ExtendWith(InNetworkNamespace.class)
final class KernelProxyLifeTest {
    private static final TcPlace OURS =
            new TcPlace(KernelProxy.FILTER_HANDLE, KernelProxy.FILTER_PRIORITY);

    private static final Path SENT_TO_PORT = Path.of("/sys/class/net/p2/statistics/tx_packets");

    private TestNetwork network;

    @BeforeEach
    void open() throws IOException {
        network = new TestNetwork("c0", "c1", "w1");
    }

    @AfterEach
    void close() throws IOException {
        network.close();
    }

    private static KernelProxy proxy() {
        KernelProxy proxy = KernelProxy.open(TAP, "w0", new RecordedDrops());
        proxy.setHost(HostSettings.of(HOST, TestNetwork.MTU));
        return proxy;
    }

    private static PortSettings port(int i) {
        return new PortSettings("p" + i, peer(i), true, true, 0);
    }

    /** How many of our filters tc shows at an interface. */
    private static long filters(String name) {
        return (Command.line("tc filter show dev " + name + " ingress")
                        + Command.line("tc filter show dev " + name + " egress"))
                .lines()
                .filter(line -> line.contains("cofd_"))
                .count();
    }

    private static boolean hasClsact(String name) {
        return Command.line("tc qdisc show dev " + name).contains("clsact");
    }

    @Test
    void closingLeavesNoProgramNoFilterAndNoQdisc() {
        KernelProxy proxy = proxy();
        proxy.addPort(port(0));
        assertTrue(Command.line("ip -d link show dev " + TAP).contains(" xdp "), "native XDP");
        for (String name : List.of(TAP, "p0", "w0")) {
            assertEquals(2, filters(name), name);
        }
        proxy.close();
        assertFalse(Command.line("ip -d link show dev " + TAP).contains("prog/xdp"));
        for (String name : List.of(TAP, "p0", "w0")) {
            assertEquals(0, filters(name), name);
            assertFalse(hasClsact(name), name);
        }
        proxy.close(); // a second time does nothing
    }

    @Test
    void removingAPortGivesItsInterfaceBack() {
        try (KernelProxy proxy = proxy()) {
            proxy.addPort(port(0));
            assertEquals(List.of(port(0)), proxy.ports());
            assertTrue(proxy.removePort("p0"));
            assertFalse(proxy.removePort("p0"));
            assertEquals(List.of(), proxy.ports());
            assertFalse(hasClsact("p0"));
            network.fromDomain(Packet.udp(peer(0).value(), OUTSIDE, 10, 1));
            assertEquals(
                    1,
                    proxy.counters()
                            .drops(DropDirection.FROM_DOMAIN, DropReason.UNKNOWN_DESTINATION));
            proxy.addPort(port(0));
        }
    }

    @Test
    void aPortWhoseInterfaceHasVanishedCanBeRemoved() {
        try (KernelProxy proxy = proxy()) {
            proxy.addPort(port(0));
            Command.line("ip link del p0");
            network.fromDomain(Packet.udp(peer(0).value(), OUTSIDE, 10, 1));
            assertTrue(proxy.removePort("p0"));
        }
    }

    @Test
    void aPortThatCannotBeIsRefusedAndLeavesNothing() {
        try (KernelProxy proxy = proxy()) {
            proxy.addPort(port(0));
            for (PortSettings wrong :
                    List.of(
                            port(0),
                            new PortSettings("none", peer(1), true, true, 0),
                            new PortSettings(TAP, peer(1), true, true, 0),
                            new PortSettings("w0", peer(1), true, true, 0),
                            new PortSettings("p1", HOST, true, true, 0),
                            new PortSettings("p1", peer(0), true, true, 0))) {
                assertThrows(IllegalArgumentException.class, () -> proxy.addPort(wrong));
            }
            assertFalse(hasClsact("p1"));
            assertEquals(List.of(port(0)), proxy.ports());
        }
    }

    @Test
    void aSecondProxyOnTheSameTapIsRefusedAndTheFirstGoesOn() {
        try (KernelProxy proxy = proxy()) {
            NativeCallException refused =
                    assertThrows(NativeCallException.class, KernelProxyLifeTest::proxy);
            assertEquals("bpf_xdp_attach", refused.call());
            network.fromDomain(Packet.udp(HOST.value(), OUTSIDE, 1, 1));
            assertEquals(1, proxy.counters().forwarded(Way.DOMAIN_TO_HOST).frames());
            assertEquals(2, filters(TAP));
        }
    }

    @Test
    void anInterfaceThatDoesNotExistIsNamed() {
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> KernelProxy.open("none", null, new RecordedDrops()));
        assertTrue(String.valueOf(refused.getMessage()).contains("none"));
    }

    @Test
    void aFilterOfSomebodyElseInOurPlaceIsNeitherReplacedNorRemoved() throws Exception {
        try (BpfObject theirs = BpfObject.load("theirs", renamed())) {
            TcAttachment filter =
                    theirs.program("oper_wire").attachTc(ifindex("w0"), TcDirection.INGRESS, OURS);
            assertEquals(0, KernelProxy.cleanUp(List.of("w0", "p0", "none")));
            assertThrows(NativeCallException.class, KernelProxyLifeTest::proxy);
            assertTrue(
                    Command.line("tc filter show dev w0 ingress").contains("oper_wire"),
                    "their filter is gone");
            assertFalse(hasClsact(TAP), "something of ours stayed");
            filter.close();
            assertFalse(hasClsact("w0"));
        }
    }

    /** Our object, with one program named as if it were another's. */
    private static byte[] renamed() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(KernelProxy.class.getResourceAsStream("proxy.bpf.o"))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .replace("cofd_wire", "oper_wire")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void whatAKilledMonitorLeavesIsCleanedUpAndNobodyElsesFilterIs() throws Exception {
        Process holder =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Dcofferdam.test.namespaces=" + InNetworkNamespace.prefix(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                ProxyHolder.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("ready", out.readLine());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertEquals(0, ifindex(ProxyHolder.TAP), "the tap goes with its process");
        assertEquals(2, filters("p0"));
        assertEquals(2, filters("w0"));
        Command.run(
                "tc",
                "filter",
                "add",
                "dev",
                "p0",
                "ingress",
                "prio",
                "7",
                "protocol",
                "all",
                "bpf",
                "da",
                "bytecode",
                "1,6 0 0 0");

        assertEquals(4, KernelProxy.cleanUp(List.of("p0", "w0", "none")));

        assertEquals(0, filters("p0"));
        assertFalse(hasClsact("w0"));
        assertTrue(hasClsact("p0"), "somebody else's filter needs it");
        assertTrue(Command.line("tc filter show dev p0 ingress").contains("pref 7"));
        assertEquals(0, KernelProxy.cleanUp(List.of("p0", "w0")));
    }

    @Test
    void tcpBetweenTheHostAndAThirdNamespaceGoesThroughTheRedirects() throws Exception {
        String third = InNetworkNamespace.prefix() + "-third";
        Command.line("ip netns add " + third);
        Command.line("ip link add p2 type veth peer name eth0 netns " + third);
        try (KernelProxy proxy = proxy()) {
            Command.line("ip link set p2 up");
            Command.line("ip -n " + third + " link set eth0 up address " + peer(2));
            Command.line("ip -n " + third + " addr add 10.77.0.20/24 dev eth0");
            proxy.addPort(new PortSettings("p2", peer(2), false, false, 0));
            String reachHost = "ip netns exec " + third + " ping -q -c1 -W1 10.77.0.1";
            Command.line(
                    "ip -n " + third + " neigh replace 10.77.0.1 lladdr " + HOST + " dev eth0");
            assertTrue(Command.code(reachHost) != 0, "the host must be out of reach");
            assertEquals(
                    1, proxy.counters().drops(DropDirection.FROM_PORT, DropReason.NOT_ALLOWED));
            assertTrue(proxy.removePort("p2"));

            proxy.addPort(new PortSettings("p2", peer(2), true, false, 0));
            Command.line("ip -n " + third + " neigh flush dev eth0");
            assertEquals(0, Command.code(reachHost));
            Process server =
                    new ProcessBuilder(
                                    "ip",
                                    "netns",
                                    "exec",
                                    third,
                                    "iperf3",
                                    "-s",
                                    "-B",
                                    "10.77.0.20")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                org.awaitility.Awaitility.await()
                        .until(
                                () ->
                                        Command.line("ip netns exec " + third + " ss -Htln")
                                                .contains(":5201"));
                for (String back : List.of("", " -R")) {
                    System.out.println(
                            Command.line("iperf3 -c 10.77.0.20 -t 1 -f m" + back)
                                    .lines()
                                    .filter(line -> line.contains("receiver"))
                                    .toList());
                }
            } finally {
                server.destroy();
                server.waitFor();
            }
            KernelCounters counters = proxy.counters();
            assertTrue(counters.forwarded(Way.HOST_TO_PORT).bytes() > 1_000_000);
            assertTrue(counters.forwarded(Way.PORT_TO_HOST).bytes() > 1_000_000);
            assertEquals(0, counters.drops(DropDirection.FROM_HOST));
            assertEquals(0, counters.drops(DropDirection.FROM_DOMAIN));
            // With segmentation offload many segments leave as one frame; without, each leaves
            // alone.
            long sent = Long.parseLong(Files.readString(SENT_TO_PORT).strip());
            assertTrue(2 * sent < counters.forwarded(Way.HOST_TO_PORT).frames(), sent + " frames");
        } finally {
            Command.line("ip netns delete " + third);
        }
    }
}
