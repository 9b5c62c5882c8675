package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.PrometheusText;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator watches a running, confined monitor with: metrics, dashboard, alert rules, monitor top. */
@NeedsKvm
final class OperationsTest {
    private static final String ADDRESS = "127.0.0.1:9464";
    private static final Pattern NAME = Pattern.compile("cofferdam_[a-z0-9_]+");

    /** No sample without a shipper, which only counts what it is told. */
    private static final Set<String> ONLY_WITH_KAFKA = Set.of("cofferdam_audit_shipper_lag_blocks");

    @RegisterExtension
    private static final RunningPlace PLACE = new RunningPlace("--metrics", ADDRESS);

    private final NetworkNamespaces network = PLACE.network();
    private final RunningMonitor monitor = PLACE.monitor();

    private Command.Result curl(String... arguments) {
        return network.in(Namespace.HOST, "curl", "-s", "-m", "10").with(arguments).run();
    }

    private PrometheusText metrics() {
        return PrometheusText.parse(curl("http://" + ADDRESS + "/metrics").orFail().out());
    }

    @Test
    void theMetricsAreWhatPrometheusReadsAndSayWhatHappened() {
        network.loss(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP, 3);
        long restarts = (long) metrics().value("cofferdam_domain_restarts_total");
        monitor.call("restart-driver", "--kill").orFail();
        monitor.awaitRestarts(restarts + 1);
        network.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
        PrometheusText metrics = metrics();
        assertEquals(restarts + 1, (long) metrics.value("cofferdam_domain_restarts_total"));
        assertTrue(metrics.value("cofferdam_domain_outage_seconds_count") >= 1);
        assertEquals(1, metrics.value("cofferdam_confined"));
        assertTrue(metrics.value("cofferdam_packet_path_turn_seconds_count") > 10);
        assertEquals(0, metrics.value("cofferdam_audit_lost_total"));
        assertTrue(
                metrics.samples().stream()
                        .anyMatch(
                                s ->
                                        s.name().equals("cofferdam_port_received_frames_total")
                                                && s.labels().containsValue("uplink")
                                                && s.value() > 0));
    }

    @Test
    void everyMetricOfDashboardAndAlertRulesIsThere() throws IOException {
        monitor.call("guest add watched --mac 02:00:00:00:00:42").orFail();
        PrometheusText metrics = metrics();
        monitor.call("guest remove watched").orFail();
        for (String file :
                List.of("ops/grafana/cofferdam.json", "ops/prometheus/cofferdam-alerts.yml")) {
            String text = Files.readString(SourceTree.root().resolve(file));
            Set<String> named = new TreeSet<>();
            Matcher name = NAME.matcher(text);
            while (name.find()) {
                named.add(name.group());
            }
            assertTrue(named.size() > 10, file);
            named.removeIf(
                    n ->
                            metrics.names().contains(n)
                                    || (metrics.families().contains(n) && mayBeEmpty(n)));
            assertEquals(Set.of(), named, file + " names what the monitor does not serve");
        }
        Json.parse(Files.readString(SourceTree.root().resolve("ops/grafana/cofferdam.json")));
    }

    /** Families whose samples come with the first event of their kind. */
    private static boolean mayBeEmpty(String name) {
        return ONLY_WITH_KAFKA.contains(name)
                || name.equals("cofferdam_kernel_drops_total")
                || name.equals("cofferdam_port_refused_frames_total")
                || name.equals("cofferdam_domain_last_outage_seconds");
    }

    @Test
    void nothingButTheMetricsIsReachableByTcpAndBadRequestsCostNothing() {
        String url = "http://" + ADDRESS;
        String code = "%{http_code}";
        List<String[]> refused =
                List.of(
                        new String[] {"404", url + "/v1/status"},
                        new String[] {"404", url + "/metrics?x=1"},
                        new String[] {"405", "-X", "POST", url + "/metrics"},
                        new String[] {"405", "-X", "DELETE", url + "/metrics"},
                        new String[] {"413", "-d", "x".repeat(2000), url + "/metrics"},
                        new String[] {"400", url + "/" + "x".repeat(5000)});
        for (String[] call : refused) {
            String[] arguments = call.clone();
            arguments[0] = "-o/dev/null";
            String said = curl(arguments).out() + curl(with(arguments, "-w", code)).out();
            assertEquals(call[0], said, String.join(" ", call));
        }
        network.shell(
                Namespace.HOST,
                "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do"
                        + " (head -c 100000 /dev/urandom | timeout 2 curl -s -m 2 telnet://"
                        + ADDRESS
                        + " >/dev/null 2>&1) & done; wait");
        monitor.await("the metrics", () -> curl(url + "/metrics").exit() == 0);
        assertTrue(curl("-I", url + "/metrics").orFail().out().contains("200 OK"));
        assertFalse(curl("http://127.0.0.1:9465/metrics").exit() == 0);
    }

    private static String[] with(String[] first, String... more) {
        String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    @Test
    void topShowsRatesAsTextAndAsObjects() {
        Command.Result text = monitor.call("top -n 1").orFail();
        assertTrue(text.out().contains("PORT"), text.out());
        assertFalse(text.out().contains("\033"), "no terminal, no escapes");
        List<Json> samples = Json.lines(monitor.call("top -n 2 -o json").orFail().out());
        assertEquals(2, samples.size());
        for (Json sample : samples) {
            assertTrue(sample.at("seconds").asDouble() > 0.9, sample.toString());
            assertEquals("uplink", sample.at("ports").elements().getFirst().at("name").asText());
            assertTrue(sample.at("audit", "ringPercent").exists());
        }
    }

    @Test
    void onATerminalTopPutsTheScreenBack() {
        Path log = monitor.folder().resolve("top");
        network.in(
                        Namespace.HOST,
                        "script",
                        "-qec",
                        monitor
                                .launcher(
                                        "top", "-n", "2", "--run-dir", monitor.runDir().toString())
                                .words()
                                .stream()
                                .reduce((a, b) -> a + " " + b)
                                .orElseThrow(),
                        log.toString())
                .run()
                .orFail();
        try {
            String said = Files.readString(log);
            assertTrue(said.contains("\033[?1049h") && said.contains("\033[H"), said);
            assertTrue(said.lastIndexOf("\033[?1049l") > said.lastIndexOf("\033[H"), said);
            assertTrue(said.lastIndexOf("\033[?25h") > said.lastIndexOf("\033[?25l"), said);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
