package org.cofferdam.libos.net.kernel;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cofferdam.libos.net.dhcp.DhcpClient;
import org.cofferdam.libos.net.dhcp.DhcpState;
import org.cofferdam.libos.net.dhcp.Lease;
import org.cofferdam.libos.net.dns.DnsError;
import org.cofferdam.libos.net.dns.DnsException;
import org.cofferdam.libos.net.dns.DnsName;
import org.cofferdam.libos.net.dns.NameSettings;
import org.cofferdam.libos.net.dns.StubResolver;
import org.cofferdam.libos.net.dns.StubResolver.Wanted;
import org.cofferdam.libos.net.link.LinkFeatures;
import org.cofferdam.libos.net.wire.IpAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and addresses from dnsmasq, which runs in a namespace of the test. Needs root; see {@link KernelSide}. */
class AgainstDnsmasqTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long MINUTE = 60_000_000_000L;
    private static final IpAddress DEAD = IpAddress.parse("10.79.0.99");

    @TempDir Path folder;
    private KernelSide side;
    private KernelSide.@Nullable Program dnsmasq;

    private final List<Lease> leases = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/dnsmasq")), "dnsmasq is not installed");
        side = new KernelSide(LinkFeatures.NONE);
    }

    @AfterEach
    void close() throws Exception {
        side.end();
    }

    private void serve(String... options) throws IOException {
        Path log = folder.resolve("log");
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "/usr/sbin/dnsmasq",
                                "--keep-in-foreground",
                                "--conf-file=/dev/null",
                                "--pid-file=",
                                "--user=root",
                                "--no-resolv",
                                "--no-hosts",
                                "--local=/lan/",
                                "--interface=" + side.device(),
                                "--bind-interfaces",
                                "--except-interface=lo",
                                "--log-queries",
                                "--log-dhcp",
                                "--log-facility=" + log,
                                "--dhcp-leasefile=" + folder.resolve("leases")));
        words.addAll(List.of(options));
        Files.deleteIfExists(log);
        dnsmasq = side.command(words.toArray(String[]::new));
        await().atMost(PATIENCE).until(() -> log().contains("started"));
    }

    private void endServer() throws InterruptedException {
        KernelSide.Program program = dnsmasq;
        if (program != null) {
            program.process().destroy();
            int ignored = program.process().waitFor();
            assert ignored >= 0;
        }
    }

    private String log() throws IOException {
        Path log = folder.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private void awaitLog(String word) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            String log = log();
                            assertTrue(log.contains(word), log);
                        });
    }

    private StubResolver resolver(IpAddress... servers) {
        NameSettings settings =
                new NameSettings(
                        List.of(servers),
                        List.of(DnsName.parse("test.lan")),
                        Map.of(),
                        null,
                        List.of(),
                        true);
        return new StubResolver(side.stack, () -> settings, System::nanoTime, new SecureRandom());
    }

    private static List<IpAddress> ips(String... texts) {
        return Stream.of(texts).map(IpAddress::parse).toList();
    }

    @Test
    void namesAliasesAndAddressesAreFound() throws Exception {
        serve(
                "--host-record=files.test.lan,10.79.0.1,fd00:79::1",
                "--cname=www.test.lan,files.test.lan",
                "--host-record=four.test.lan,10.79.0.4");
        StubResolver resolver = resolver(KernelSide.KERNEL);
        assertEquals(
                ips("10.79.0.1", "fd00:79::1"),
                resolver.addresses("files.test.lan", Wanted.V4_FIRST));
        assertEquals(
                ips("fd00:79::1", "10.79.0.1"),
                resolver.addresses("www.test.lan.", Wanted.V6_FIRST));
        assertEquals(ips("10.79.0.1"), resolver.addresses("FILES", Wanted.V4));
        assertEquals("files.test.lan", resolver.name(KernelSide.KERNEL));
        assertEquals("files.test.lan", resolver.name(KernelSide.KERNEL_V6));
        DnsException none =
                assertThrows(
                        DnsException.class, () -> resolver.addresses("nobody.test.lan", Wanted.V4));
        assertEquals(DnsError.NO_SUCH_NAME, none.error());
        DnsException noV6 =
                assertThrows(
                        DnsException.class, () -> resolver.addresses("four.test.lan", Wanted.V6));
        assertEquals(DnsError.NO_DATA, noV6.error());
    }

    @Test
    void theServerMayBeAskedOverIpv6() throws Exception {
        serve("--host-record=files.test.lan,10.79.0.1");
        assertEquals(
                ips("10.79.0.1"), resolver(KernelSide.KERNEL_V6).addresses("files", Wanted.V4));
    }

    @Test
    void anAnswerThatIsTooLongForADatagramComesOverTcp() throws Exception {
        String[] many = IntStream.range(1, 200).mapToObj(i -> "10.1.0." + i).toArray(String[]::new);
        Path hosts = folder.resolve("hosts");
        Files.writeString(
                hosts,
                Arrays.stream(many).map(a -> a + " many.test.lan\n").collect(Collectors.joining()));
        serve("--addn-hosts=" + hosts);
        List<IpAddress> got = resolver(KernelSide.KERNEL).addresses("many.test.lan", Wanted.V4);
        assertEquals(new HashSet<>(ips(many)), new HashSet<>(got));
        // Once as a datagram, once over TCP.
        assertEquals(
                2,
                log().lines()
                        .filter(l -> l.toLowerCase(Locale.ROOT).contains("query[a] many.test.lan"))
                        .count());
    }

    @Test
    void aDeadServerIsPassedOver() throws Exception {
        serve("--host-record=files.test.lan,10.79.0.1");
        assertEquals(
                ips("10.79.0.1"), resolver(DEAD, KernelSide.KERNEL).addresses("files", Wanted.V4));
    }

    @Test
    void aServerThatIsNotThereRefusesAtOnce() {
        long begun = System.nanoTime();
        StubResolver resolver = resolver(KernelSide.KERNEL);
        DnsException none =
                assertThrows(DnsException.class, () -> resolver.addresses("files", Wanted.V4));
        assertEquals(DnsError.NO_ANSWER, none.error());
        assertTrue(System.nanoTime() - begun < MINUTE / 60, none.toString());
    }

    private void told(@Nullable Lease lease) {
        if (lease != null) {
            leases.add(lease);
        }
    }

    private DhcpClient startClient() throws Exception {
        return side.onStack(
                () -> {
                    side.stack.setV4(IpAddress.ANY_V4, 0, IpAddress.ANY_V4);
                    DhcpClient client =
                            new DhcpClient(
                                    side.stack,
                                    new SecureRandom(),
                                    DnsName.parse("guest1"),
                                    this::told);
                    client.start();
                    return client;
                });
    }

    private void awaitLeases(int count) {
        await().atMost(PATIENCE).until(() -> leases.size() >= count);
    }

    private static String range(int from, int to) {
        return "--dhcp-range=10.79.0.%d,10.79.0.%d,255.255.255.0,1h".formatted(from, to);
    }

    @Test
    void aLeaseIsGivenRenewedAndReleased() throws Exception {
        serve(
                range(50, 59),
                "--no-ping",
                "--domain=test.lan",
                "--dhcp-option=option:router,10.79.0.1",
                "--dhcp-option=option:domain-search,test.lan,other.lan",
                "--host-record=files.test.lan,10.79.0.1");
        DhcpClient client = startClient();
        awaitLeases(1);
        Lease lease = leases.getFirst();
        assertEquals(24, lease.prefix());
        assertEquals(KernelSide.KERNEL, lease.router());
        assertEquals(KernelSide.KERNEL, lease.server());
        assertEquals(List.of(KernelSide.KERNEL), lease.nameServers());
        assertEquals(
                List.of(DnsName.parse("test.lan"), DnsName.parse("other.lan")), lease.search());
        assertEquals(3600, lease.seconds());
        String address = lease.address().toString();
        String pinged = side.inNamespace("ping", "-c", "2", "-i", "0.2", "-W", "2", address);
        assertTrue(pinged.contains(" 0% packet loss"), pinged);
        assertTrue(Files.readString(folder.resolve("leases")).contains(address), log());
        // The server has noted our name, and says it to who asks.
        StubResolver resolver = resolver(lease.nameServers().toArray(IpAddress[]::new));
        assertEquals("guest1.test.lan", resolver.name(lease.address()));

        side.skip(31 * MINUTE);
        awaitLeases(2);
        assertEquals(lease.address(), leases.get(1).address());
        assertEquals(DhcpState.BOUND, client.state());

        boolean ignored =
                side.onStack(
                        () -> {
                            client.stop(() -> {});
                            return true;
                        });
        assertTrue(ignored);
        awaitLog("DHCPRELEASE");
        assertEquals("", Files.readString(folder.resolve("leases")), log());
        await().atMost(PATIENCE)
                .until(() -> side.onStack(() -> side.stack.ip().addresses().v4()) == 0);
    }

    @Test
    void aServerThatRefusesToRenewGivesAnotherAddress() throws Exception {
        serve(range(50, 59), "--no-ping", "--dhcp-authoritative");
        DhcpClient client = startClient();
        awaitLeases(1);
        endServer();
        Files.delete(folder.resolve("leases"));
        serve(range(70, 79), "--no-ping", "--dhcp-authoritative");
        side.skip(31 * MINUTE);
        awaitLeases(2);
        assertTrue(log().contains("DHCPNAK"), log());
        assertNotEquals(leases.get(0).address(), leases.get(1).address());
        assertEquals(DhcpState.BOUND, client.state());
    }

    @Test
    void anAddressThatAStationOnTheLinkHasIsDeclined() throws Exception {
        // The kernel answers for the address without the server's knowing.
        side.inNamespace("ip", "address", "add", "10.79.0.60/32", "dev", "lo");
        // To all, since to the address alone would be to the kernel itself.
        serve(range(60, 60), "--no-ping", "--dhcp-broadcast");
        startClient();
        awaitLog("DHCPDECLINE");
        assertEquals(0, (int) side.onStack(() -> side.stack.ip().addresses().v4()));
        assertEquals(List.of(), leases);
    }
}
