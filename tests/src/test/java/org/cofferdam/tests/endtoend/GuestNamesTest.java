package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A guest that is told nothing but {@code ip=dhcp}: its address and its names come from dnsmasq, which runs on the far side
 * of the card, in the same namespace as what the guest's unmodified program fetches.
 */
@NeedsKvm
final class GuestNamesTest {
    private static final String IP = "10.77.0.31";
    private static final String MAC = "02:00:00:00:00:31";

    /** A program that knows nothing of the library OS: fetches by name, and says what the JDK says of names. */
    private static final String PROGRAM =
            """
            import java.net.InetAddress;
            import java.net.URI;
            import java.net.UnknownHostException;
            import java.net.http.*;

            void main(String[] args) throws Exception {
                try (var client = HttpClient.newHttpClient()) {
                    var request = HttpRequest.newBuilder(URI.create(args[0])).build();
                    System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
                }
                System.out.println("short " + InetAddress.getByName("files").getHostAddress());
                System.out.println("alias " + InetAddress.getByName("www.test.lan").getHostAddress());
                System.out.println("back " + InetAddress.getByName("10.77.0.2").getCanonicalHostName());
                System.out.println("own " + InetAddress.getLocalHost());
                System.out.println("local " + InetAddress.getByName("localhost").isLoopbackAddress());
                try {
                    System.out.println(InetAddress.getByName("nobody.test.lan"));
                } catch (UnknownHostException e) {
                    System.out.println("none " + e.getMessage());
                }
            }
            """;

    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private static final List<Process> STARTED = new ArrayList<>();

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    @BeforeAll
    static void aPortAPageAndAServerOfNames() throws IOException {
        assumeTrue(Command.of("dnsmasq", "--version").run().exit() == 0, "dnsmasq is missing");
        Path folder = PLACE.monitor().folder();
        Files.writeString(
                Files.createDirectory(folder.resolve("www")).resolve("page"), "the page\n");
        Files.writeString(folder.resolve("Names.java"), PROGRAM);
        guest(PLACE.monitor(), "add", "names", "--mac", MAC, "--ip", IP).orFail();
        start(
                "dnsmasq",
                PLACE.network()
                        .in(
                                Namespace.OUTSIDE,
                                "dnsmasq",
                                "--keep-in-foreground",
                                "--conf-file=/dev/null",
                                "--pid-file=",
                                "--user=root",
                                "--no-resolv",
                                "--no-hosts",
                                "--local=/lan/",
                                "--interface=eth0",
                                "--except-interface=lo",
                                "--bind-interfaces",
                                "--log-facility=-",
                                "--log-queries",
                                "--log-dhcp",
                                "--domain=test.lan",
                                "--dhcp-leasefile=" + folder.resolve("leases"),
                                "--dhcp-range=10.77.0.0,static,255.255.255.0,1h",
                                "--dhcp-host=" + MAC + "," + IP + ",guest31",
                                "--host-record=files.test.lan," + NetworkNamespaces.OUTSIDE_IP,
                                "--cname=www.test.lan,files.test.lan"));
        start(
                "jwebserver",
                PLACE.network()
                        .in(
                                Namespace.OUTSIDE,
                                jdk("jwebserver"),
                                "-b",
                                NetworkNamespaces.OUTSIDE_IP,
                                "-p",
                                "80",
                                "-d",
                                folder.resolve("www").toString(),
                                "-o",
                                "none"));
        Awaitility.await("the page")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                PLACE.network()
                                                .in(
                                                        Namespace.OUTSIDE,
                                                        "curl",
                                                        "-sf",
                                                        "http://"
                                                                + NetworkNamespaces.OUTSIDE_IP
                                                                + "/page")
                                                .run()
                                                .exit()
                                        == 0);
    }

    private static Command.Result guest(RunningMonitor monitor, String command, String... words) {
        return monitor.launcher("guest", command)
                .with(words)
                .with("--run-dir", monitor.runDir().toString())
                .run();
    }

    private static void start(String name, Command command) throws IOException {
        STARTED.add(
                new ProcessBuilder(command.words())
                        .redirectErrorStream(true)
                        .redirectOutput(PLACE.monitor().folder().resolve(name).toFile())
                        .start());
    }

    @AfterAll
    static void nothingIsLeft() throws InterruptedException {
        for (Process process : STARTED) {
            process.destroyForcibly();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        }
    }

    private static String jdk(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** What the library OS needs of this JVM's own class path. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(":"))
                .filter(p -> !p.contains("/tests/target") && !p.contains("junit"))
                .collect(Collectors.joining(":"));
    }

    private Command program(String... properties) {
        String socket =
                Json.parse(guest(monitor, "show", "names", "-o", "json").orFail().out())
                        .at("socket")
                        .asText();
        return network.in(
                        Namespace.HOST,
                        jdk("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djnr.ffi.x86asm.enabled=false",
                        "-Djava.nio.channels.spi.SelectorProvider=org.cofferdam.libos.jdk.GuestSelectorProvider",
                        "-Dcofferdam.libos.attach=" + socket,
                        "-cp",
                        classPath())
                .with(properties)
                .with(
                        monitor.folder().resolve("Names.java").toString(),
                        "http://files.test.lan/page");
    }

    @Test
    void anUnmodifiedProgramFetchesByNameWithAnAddressFromDhcp() throws IOException {
        Command.Result said = program("-Dcofferdam.libos.ip=dhcp").run();
        String outside = NetworkNamespaces.OUTSIDE_IP;
        assertEquals(
                List.of(
                        "the page",
                        "short " + outside,
                        "alias " + outside,
                        "back files.test.lan",
                        "own guest31/" + IP,
                        "local true",
                        "none nobody.test.lan: there is no such name"),
                said.out().lines().toList(),
                said + Files.readString(monitor.folder().resolve("dnsmasq")));
    }

    @Test
    void theSameWithAFixedAddressAndNamesOfItsOwn() {
        Command.Result said =
                program(
                                "-Dcofferdam.libos.ip=" + IP + "/24",
                                "-Dcofferdam.libos.hosts=files.test.lan="
                                        + NetworkNamespaces.OUTSIDE_IP
                                        + ",files="
                                        + NetworkNamespaces.OUTSIDE_IP
                                        + ",www.test.lan="
                                        + NetworkNamespaces.OUTSIDE_IP,
                                "-Dcofferdam.libos.name=me")
                        .run();
        assertEquals(
                List.of(
                        "the page",
                        "own me/" + IP,
                        "none nobody.test.lan: no name server is known"),
                said.out().lines().filter(l -> l.matches("the page|own .*|none .*")).toList(),
                said.toString());
    }
}
