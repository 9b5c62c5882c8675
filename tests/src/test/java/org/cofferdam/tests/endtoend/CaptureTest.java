package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Frames of a running, confined monitor in a file that Wireshark's programs read. */
@NeedsKvm
final class CaptureTest {
    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    private Path file(String name) {
        return monitor.folder().resolve(name);
    }

    /** Begins a capture and returns when it takes frames. */
    private Process begin(Path file, String... arguments) {
        Process capture =
                monitor.launcher("capture", "--run-dir", monitor.runDir().toString())
                        .with("-w", file.toString())
                        .with(arguments)
                        .start();
        monitor.await("the capture", () -> Files.exists(file) && Files.size(file) > 0);
        return capture;
    }

    private static String end(Process capture) throws InterruptedException, IOException {
        assertTrue(capture.waitFor(30, TimeUnit.SECONDS), "the capture does not end");
        String said =
                new String(
                        capture.getErrorStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, capture.exitValue(), said);
        return said;
    }

    private static List<String> fields(Path file, String filter, String... names) {
        Command command = Command.of("tshark", "-r", file.toString(), "-Y", filter, "-T", "fields");
        for (String name : names) {
            command = command.with("-e", name);
        }
        return command.run().orFail().out().lines().toList();
    }

    @Test
    void pingsAreCapturedOnBothPortsWithDirectionAndNanoseconds() throws Exception {
        Path file = file("pings.pcapng");
        Process capture = begin(file, "--count", "20", "icmp");
        network.loss(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP, 5);
        String said = end(capture);
        assertTrue(said.contains("20 frames captured, 0 missed"), said);
        List<String> requests =
                fields(
                        file,
                        "icmp.type == 8",
                        "frame.interface_name",
                        "frame.packet_flags_direction");
        assertEquals(
                5, requests.stream().filter("cof0\t0x00000001"::equals).count(), "" + requests);
        assertEquals(
                5, requests.stream().filter("uplink\t0x00000002"::equals).count(), "" + requests);
        assertEquals(10, fields(file, "icmp.type == 0", "frame.number").size());
        String info = Command.of("capinfos", file.toString()).run().orFail().out();
        assertTrue(info.contains("Time precision = nanoseconds (9)"), info);
        assertTrue(info.contains("Number of stat entries = 1"), info);
        assertTrue(info.contains("Name = uplink") && info.contains("Name = cof0"), info);
    }

    @Test
    void whatTheSwitchDropsCarriesTheReason() throws Exception {
        Path file = file("drops.pcapng");
        Process capture =
                begin(file, "--port", "uplink", "--for", "4s", "ether dst 01:80:c2:00:00:0e");
        network.ip(
                Namespace.OUTSIDE,
                "neighbour replace 10.77.0.99 lladdr 01:80:c2:00:00:0e dev eth0 nud permanent");
        network.loss(Namespace.OUTSIDE, "10.77.0.99", 3);
        end(capture);
        List<String> comments = fields(file, "ip.dst == 10.77.0.99", "frame.comment");
        assertEquals(3, comments.size(), comments.toString());
        for (String comment : comments) {
            assertTrue(comment.startsWith("dropped: drop_policy ("), comment);
        }
    }

    @Test
    void ctrlCEndsItAndTheRestStillComes() throws Exception {
        Path file = file("ended.pcapng");
        Process capture = begin(file, "arp or icmp");
        network.loss(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP, 2);
        // `ip netns exec` replaces itself, so this is the command's own process.
        Command.of("kill", "-INT", Long.toString(capture.pid())).run().orFail();
        assertTrue(end(capture).contains("frames captured"));
        assertTrue(fields(file, "icmp", "frame.number").size() >= 8);
        monitor.await("its end on record", () -> ends("its caller ended it") > 0);
    }

    private long ends(String why) {
        return monitor.records("CONTROL").stream()
                .map(Json::toString)
                .filter(r -> r.contains("end of POST /v1/capture") && r.contains(why))
                .count();
    }

    @Test
    void aCallerThatIsKilledEndsItsCapture() throws Exception {
        long before = ends("");
        Process capture = begin(file("killed.pcapng"));
        capture.destroyForcibly().waitFor();
        monitor.await("its end on record", () -> ends("") > before);
        assertEquals(0, monitor.status().at("counters", "captures").asLong());
    }

    @Test
    void toStandardOutputItComesWhileItRuns() {
        Command.Result result =
                network.in(
                                Namespace.HOST,
                                "sh",
                                "-c",
                                "(ping -c 30 -i 0.2 "
                                        + NetworkNamespaces.OUTSIDE_IP
                                        + " >/dev/null &) ; "
                                        + String.join(
                                                " ",
                                                monitor.launcher("capture", "-w", "-", "-n", "4")
                                                        .with(
                                                                "--run-dir",
                                                                monitor.runDir().toString(),
                                                                "icmp")
                                                        .words())
                                        + " | tshark -r - 2>/dev/null")
                        .run();
        assertEquals(4, result.orFail().out().lines().count(), result.toString());
    }

    @Test
    void whatThePolicyDoesNotAllowIsRefusedAndOnRecord() {
        Path file = file("refused.pcapng");
        String[][] refused = {{"4", "--snap", "200"}, {"4", "--port", "nobody"}, {"2", "tcp port"}};
        for (String[] call : refused) {
            Command.Result result =
                    monitor.call("capture -w " + file, call[1], call.length > 2 ? call[2] : "");
            assertEquals(Integer.parseInt(call[0]), result.exit(), result.toString());
            assertEquals(1, result.err().lines().count(), result.toString());
        }
        assertTrue(Files.notExists(file));
        assertTrue(
                monitor.records("CONTROL").stream()
                        .anyMatch(r -> r.toString().contains("/v1/capture port=all snap=200")));
    }

    @Test
    void framesAreCutToWhatThePolicyAllows() throws Exception {
        Path file = file("cut.pcapng");
        Process capture = begin(file, "--count", "2", "icmp", "and", "greater", "500");
        network.shell(
                Namespace.HOST,
                "ping -c 2 -s 1000 " + NetworkNamespaces.OUTSIDE_IP + " >/dev/null");
        end(capture);
        for (String line : fields(file, "frame", "frame.cap_len", "frame.len")) {
            assertEquals("96\t1042", line);
        }
    }
}
