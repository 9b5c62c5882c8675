package org.cofferdam.tests.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The network of a test or of a class of them, the same as ops/demo makes:
 *
 * <pre>
 *  outside                       host                                    guest
 *  eth0 10.77.0.2 ===veth=== wire0  [monitor, domain]  cof0 10.77.0.1
 *                                                      port0 ===veth=== eth0 10.77.0.3
 * </pre>
 *
 * wire0 has no address, no ARP and no IPv6. Nothing joins a namespace to the machine's own network.
 *
 * <p>As a test's own field with {@code @RegisterExtension} it lasts as long as the test.
 */
public final class NetworkNamespaces implements AutoCloseable, AfterEachCallback {
    public static final String HOST_IP = "10.77.0.1";
    public static final String OUTSIDE_IP = "10.77.0.2";
    public static final String GUEST_IP = "10.77.0.3";
    public static final String OUTSIDE_MAC = "02:cf:00:00:00:02";
    public static final String GUEST_MAC = "02:cf:00:00:00:03";
    public static final String WIRE = "wire0";
    public static final String PORT = "port0";

    /** The interface that the monitor makes. */
    public static final String CARD = "cof0";

    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final Pattern LOSS = Pattern.compile("([0-9.]+)% packet loss");

    private final String prefix =
            "cofferdam-t" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
    private final List<String> made = new ArrayList<>();

    /** One of the three. */
    public enum Namespace {
        HOST,
        OUTSIDE,
        GUEST
    }

    /** Makes all three and their links. Needs root; where the build does not run as root, the test is skipped. */
    public static NetworkNamespaces create() {
        assumeTrue(
                Command.of("id", "-u").run().out().strip().equals("0"),
                "end-to-end tests make network namespaces, so they need root");
        NetworkNamespaces all = new NetworkNamespaces();
        try {
            all.make();
            return all;
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
    }

    private NetworkNamespaces() {}

    private void make() {
        for (Namespace ns : Namespace.values()) {
            Command.of("ip", "netns", "add", name(ns)).run().orFail();
            made.add(name(ns));
            shell(
                    ns,
                    "for f in all default; do"
                            + " [ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6;"
                            + " done; ip link set lo up");
        }
        ip(
                Namespace.HOST,
                "link add wire0 type veth peer name eth0 netns " + name(Namespace.OUTSIDE));
        ip(Namespace.HOST, "link set wire0 arp off up");
        // A wire carries whole, checksummed frames of at most the MTU, so the sender's offloads
        // stay off.
        shell(Namespace.OUTSIDE, "ethtool -K eth0 tx off tso off gso off gro off >/dev/null");
        ip(Namespace.OUTSIDE, "link set eth0 address " + OUTSIDE_MAC + " up");
        ip(Namespace.OUTSIDE, "address add " + OUTSIDE_IP + "/24 dev eth0");
        ip(
                Namespace.HOST,
                "link add port0 type veth peer name eth0 netns " + name(Namespace.GUEST));
        ip(Namespace.HOST, "link set port0 up");
        ip(Namespace.GUEST, "link set eth0 address " + GUEST_MAC + " up");
        ip(Namespace.GUEST, "address add " + GUEST_IP + "/24 dev eth0");
    }

    /** The name that `ip netns` knows it by. */
    public String name(Namespace ns) {
        return prefix + "-" + ns.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** A command that runs inside. */
    public Command in(Namespace ns, String... words) {
        return Command.of("ip", "netns", "exec", name(ns)).with(words);
    }

    /** `ip` on a namespace; must succeed. */
    public String ip(Namespace ns, String arguments) {
        return Command.of("ip", "-n", name(ns)).with(arguments.split(" ")).run().orFail().out();
    }

    /** A line of shell inside; must succeed. */
    public String shell(Namespace ns, String line) {
        return in(ns, "sh", "-c", line).run().orFail().out();
    }

    /** Pings and returns the loss in per cent. */
    public double loss(Namespace from, String address, int count) {
        Command.Result result =
                in(
                                from,
                                "ping",
                                "-n",
                                "-q",
                                "-i",
                                "0.02",
                                "-W",
                                "1",
                                "-c",
                                Integer.toString(count),
                                address)
                        .run();
        Matcher loss = LOSS.matcher(result.out());
        if (!loss.find()) {
            throw new AssertionError(result.toString());
        }
        return Double.parseDouble(loss.group(1));
    }

    /** Waits until a ping comes back, so that addresses are resolved and what follows counts frames of one kind. */
    public void awaitPath(Namespace from, String address) {
        Awaitility.await("a way from " + from + " to " + address)
                .atMost(Duration.ofSeconds(15))
                .until(() -> loss(from, address, 1) == 0);
    }

    /** Gives the card's interface its address, once the monitor has made it. */
    public void addressTheCard() {
        ip(Namespace.HOST, "address replace " + HOST_IP + "/24 dev " + CARD);
        ip(Namespace.HOST, "link set " + CARD + " up");
    }

    /** Whether an interface is there. */
    public boolean hasInterface(Namespace ns, String name) {
        return Command.of("ip", "-n", name(ns), "link", "show", name).run().exit() == 0;
    }

    /** The interfaces of a namespace by name, without what stands behind an {@code @}. */
    public List<String> interfaces(Namespace ns) {
        return ip(ns, "-brief link").lines().map(l -> l.split("[ @]", 2)[0]).sorted().toList();
    }

    /** Ids of the processes that run inside. */
    public List<Long> processes(Namespace ns) {
        return Command.of("ip", "netns", "pids", name(ns))
                .run()
                .out()
                .lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .map(Long::valueOf)
                .toList();
    }

    /** Ends every process inside, then removes the namespaces, and with them their links. */
    @Override
    public void afterEach(ExtensionContext test) {
        close();
    }

    @Override
    public void close() {
        for (Namespace ns : Namespace.values()) {
            if (made.contains(name(ns))) {
                end(ns);
                Command.of("ip", "netns", "del", name(ns)).run();
            }
        }
        made.clear();
    }

    private void end(Namespace ns) {
        for (long pid : processes(ns)) {
            Optional<ProcessHandle> process = ProcessHandle.of(pid);
            process.ifPresent(ProcessHandle::destroyForcibly);
        }
        Awaitility.await("the processes in " + name(ns) + " to end")
                .atMost(Duration.ofSeconds(20))
                .until(() -> processes(ns).stream().noneMatch(NetworkNamespaces::isAlive));
    }

    private static boolean isAlive(long pid) {
        return Files.isDirectory(Path.of("/proc", Long.toString(pid)));
    }
}
