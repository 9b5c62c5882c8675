package org.cofferdam.monitor.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.cofferdam.monitor.config.ExitCode;
import org.cofferdam.monitor.config.OperatorError;
import org.cofferdam.monitor.json.JsonTree;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The control API over a real Unix socket, in front of a monitor without a domain. */
final class ControlApiTest {
    private final ExampleMonitor monitor = new ExampleMonitor();

    @TempDir Path dir;

    private Path socket = Path.of("");
    private ControlServer server;

    @BeforeEach
    void open() {
        socket = dir.resolve("control.sock");
        server = ControlServer.open(socket, monitor, monitor);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void theSocketBelongsToItsOwnerAloneAndNothingElseIsLeftBeside() throws IOException {
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        try (var files = Files.list(dir)) {
            assertEquals(List.of(socket), files.toList());
        }
    }

    @Test
    void closeRemovesTheSocket() {
        server.close();
        assertFalse(Files.exists(socket));
    }

    @Test
    void statusIsJsonWithEverySubject() throws IOException {
        JsonTree status =
                JsonTree.parse(RawHttp.body(RawHttp.call(socket, "GET", "/v1/status", "")));
        assertEquals(ProcessHandle.current().pid(), status.get("monitor").get("pid").number());
        assertEquals("run", status.get("domain").get("state").text());
        assertEquals("killed by \"operator\"", status.get("domain").get("lastReason").text());
        assertEquals(42, status.get("domain").get("lastOutageMillis").number());
        assertTrue(status.get("hostInterface").get("carrier").flag());
        assertEquals(
                6,
                status.get("ports").items().getFirst().get("verdicts").get("forwarded").number());
        assertEquals(3, status.get("kernelDrops").get("size").number());
        assertEquals(1000, status.get("audit").get("records").number());
        assertEquals("domain", status.get("threads").items().getFirst().get("name").text());
    }

    @Test
    void curlSpeaksIt() throws Exception {
        Process curl =
                new ProcessBuilder(
                                "curl",
                                "-sS",
                                "--unix-socket",
                                socket.toString(),
                                "http://monitor/v1/status")
                        .redirectErrorStream(true)
                        .start();
        String body = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, curl.waitFor(), body);
        assertEquals("emulated", JsonTree.parse(body).get("assign").text());
    }

    @Test
    void metricsAreCompletePrometheusText() throws IOException {
        RawHttp.call(
                socket, "POST", "/v1/guests", "{\"name\":\"web\",\"mac\":\"02:00:00:00:00:07\"}");
        String text = RawHttp.body(RawHttp.call(socket, "GET", "/metrics", ""));
        for (Metric metric : Metric.values()) {
            assertTrue(
                    text.contains(
                            "# HELP " + metric.exportedName() + " " + metric.sentence() + "\n"),
                    text);
            assertTrue(text.contains("\n" + metric.exportedName()), "no sample of " + metric);
        }
        assertTrue(
                text.contains(
                        "\ncofferdam_port_verdicts_total{port=\"host\",verdict=\"drop_rate\"} 1\n"),
                text);
        assertTrue(text.contains("\ncofferdam_cpu_seconds_total 2.500000000\n"), text);
        assertTrue(
                text.contains(
                        "\ncofferdam_audit_source_limited_seconds_total{source=\"switch.guest.one\"} 1.500000000\n"),
                text);
        for (String line : text.lines().toList()) {
            assertTrue(line.matches("# (HELP|TYPE) .*|[a-z_]+(\\{.*\\})? [0-9.]+"), line);
        }
    }

    @Test
    void aCallIsOnRecordWithItsCallerBeforeItTakesEffect() throws IOException {
        assertEquals(
                200,
                RawHttp.status(
                        RawHttp.call(
                                socket, "POST", "/v1/driver/restart", "{\"reason\":\"drill\"}")));
        long pid = ProcessHandle.current().pid();
        int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assertEquals(
                List.of(
                        "record uid "
                                + uid
                                + " pid "
                                + pid
                                + " POST /v1/driver/restart reason=drill",
                        "do restart drill"),
                monitor.events);
    }

    @Test
    void whatCannotBeRecordedIsNotDone() throws IOException {
        monitor.recorderIsBroken = true;
        String answer = RawHttp.call(socket, "POST", "/v1/driver/restart", "");
        assertEquals(500, RawHttp.status(answer));
        assertEquals(List.of(), monitor.events);
    }

    @Test
    void killIsAnotherCallThanRestart() throws IOException {
        RawHttp.call(socket, "POST", "/v1/driver/restart", "{\"kill\":true}");
        assertEquals("do kill operator", monitor.events.getLast());
    }

    @Test
    void aRestartIsAnsweredWhenItIsDone() throws IOException {
        CompletableFuture<Void> restarted = new CompletableFuture<>();
        monitor.restartAnswer = restarted;
        CompletableFuture<String> answer =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return RawHttp.call(socket, "POST", "/v1/driver/restart", "");
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        Awaitility.await().until(() -> monitor.events.contains("do restart operator"));
        assertFalse(answer.isDone());
        assertEquals(
                200,
                RawHttp.status(RawHttp.call(socket, "GET", "/v1/status", "")),
                "others are served meanwhile");
        restarted.complete(null);
        assertEquals(200, RawHttp.status(answer.orTimeout(10, TimeUnit.SECONDS).join()));
    }

    @Test
    void theServicesSentenceAndExitCodeReachTheCaller() throws IOException {
        monitor.restartAnswer =
                CompletableFuture.failedFuture(
                        OperatorError.refused("a restart is under way; wait for it"));
        String answer = RawHttp.call(socket, "POST", "/v1/driver/restart", "");
        assertEquals(403, RawHttp.status(answer));
        JsonTree error = JsonTree.parse(RawHttp.body(answer));
        assertEquals("a restart is under way; wait for it", error.get("error").text());
        assertEquals(ExitCode.REFUSED.code(), error.get("exitCode").number());
    }

    @Test
    void portsAreAddedListedAndRemoved() throws IOException {
        String port =
                "{\"netdev\":\"veth7\",\"mac\":\"02:00:00:00:00:07\",\"toHost\":true,\"toPorts\":true}";
        assertEquals(200, RawHttp.status(RawHttp.call(socket, "POST", "/v1/ports", port)));
        assertEquals(409, RawHttp.status(RawHttp.call(socket, "POST", "/v1/ports", port)));
        JsonTree added =
                JsonTree.parse(RawHttp.body(RawHttp.call(socket, "GET", "/v1/ports", "")))
                        .items()
                        .getLast();
        assertEquals("veth7", added.get("name").text());
        assertTrue(added.get("toHost").flag());
        assertTrue(added.get("toPorts").flag());
        assertEquals(200, RawHttp.status(RawHttp.call(socket, "DELETE", "/v1/ports/veth7", "")));
        assertEquals(409, RawHttp.status(RawHttp.call(socket, "DELETE", "/v1/ports/veth7", "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"netdev\":7}",
                "{\"netdev\":\"veth7\"}",
                "{\"netdev\":\"a/b\",\"mac\":\"02:00:00:00:00:07\"}",
                "{\"netdev\":\"veth7\",\"mac\":\"ff:ff:ff:ff:ff:ff\"}",
                "{\"netdev\":\"veth7\",\"mac\":\"02:00:00:00:00:07\",\"toHost\":\"yes\"}",
                "{\"netdev\":\"veth7\",\"mac\":\"02:00:00:00:00:07\",\"toPorts\":[1]}",
                "{\"netdev\":\"veth7\",\"mac\":\"02:00:00:00:00:07\",\"toPorts\":[[[[[\"a\"]]]]]}",
                "{\"netdev\":\"veth7\",\"netdev\":\"veth8\",\"mac\":\"02:00:00:00:00:07\"}",
                "{\"netdev\":\"veth7\",\"mac\":\"02:00:00:00:00:07\",\"unknown\":1}",
                "{\"netdev\":\"veth7\",\"mac\":\"02:00:00:00:00:07\"} trailing",
            })
    void aBadBodyGetsOneSentence(String body) throws IOException {
        String answer = RawHttp.call(socket, "POST", "/v1/ports", body);
        assertEquals(400, RawHttp.status(answer), answer);
        JsonTree error = JsonTree.parse(RawHttp.body(answer));
        assertEquals(ExitCode.USAGE.code(), error.get("exitCode").number());
        assertFalse(error.get("error").text().isEmpty());
        assertEquals(1, error.get("error").text().lines().count());
        assertEquals(1, monitor.listPorts().size(), "nothing was added");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/,404",
        "GET,/v1/ports/,404",
        "GET,/v1/status?x=1,404",
        "POST,/v1/status,405",
        "GET,/v1/stop,405",
        "PUT,/v1/ports,405",
        "DELETE,/v1/ports/a%2fb,400",
    })
    void whatIsNotThereIsSaidToBeNotThere(String method, String path, int status)
            throws IOException {
        String answer = RawHttp.call(socket, method, path, "");
        assertEquals(status, RawHttp.status(answer), answer);
        assertFalse(JsonTree.parse(RawHttp.body(answer)).get("error").text().isEmpty());
    }

    @Test
    void aWrongMethodIsToldTheRightOnes() throws IOException {
        String answer = RawHttp.call(socket, "PUT", "/v1/ports", "");
        assertTrue(
                answer.toLowerCase(java.util.Locale.ROOT).contains("\r\nallow: get, post\r\n"),
                answer);
    }

    @Test
    void whatIsTooLongOrNotHttpIsRefusedAndTheServerLivesOn() throws IOException {
        String longBody = "{\"reason\":\"" + "x".repeat(ControlServer.MAX_BODY) + "\"}";
        assertEquals(413, RawHttp.status(RawHttp.call(socket, "POST", "/v1/stop", longBody)));
        assertEquals(400, RawHttp.status(RawHttp.call(socket, "GET", "/" + "x".repeat(5000), "")));
        String longHeader = "GET /v1/status HTTP/1.1\r\nX: " + "y".repeat(20_000) + "\r\n\r\n";
        assertEquals(400, RawHttp.status(RawHttp.send(socket, longHeader)));
        assertEquals(400, RawHttp.status(RawHttp.send(socket, "\u0001\u0002 nonsense\r\n\r\n")));
        assertEquals(200, RawHttp.status(RawHttp.call(socket, "GET", "/v1/status", "")));
        assertFalse(monitor.stopped.isDone());
    }

    @Test
    void connectionsAreBoundedAndFreedAgain() throws IOException {
        List<SocketChannel> idle = new ArrayList<>();
        try {
            for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(socket));
                idle.add(channel);
            }
            assertEquals(
                    "", RawHttp.send(socket, ""), "the one too many is closed without an answer");
        } finally {
            for (SocketChannel channel : idle) {
                channel.close();
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> RawHttp.status(RawHttp.call(socket, "GET", "/v1/status", "")) == 200);
    }

    @Test
    void twoRequestsOnOneConnectionGetOneAnswer() throws IOException {
        String request =
                "POST /v1/driver/restart HTTP/1.1\r\nHost: monitor\r\nContent-Length: 0\r\n\r\n";
        String answer = RawHttp.send(socket, request + request);
        assertEquals(1, answer.split("HTTP/1.1 200", -1).length - 1, answer);
        assertEquals(1, monitor.events.stream().filter(e -> e.startsWith("do")).count());
    }

    @Test
    void anotherUserIsRefusedByTheFileAndByItsCredentials() throws Exception {
        assumeTrue(
                (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "needs root");
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertTrue(
                stopAsNobody().contains("Couldn't connect")
                        || stopAsNobody().contains("Failed to connect"));
        // Even where the file lets it through, the kernel's word on who calls does not.
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        String answer = stopAsNobody();
        assertTrue(answer.contains("uid 65534 may not control this monitor"), answer);
        assertFalse(monitor.stopped.isDone());
        assertEquals(1, monitor.events.size());
        assertTrue(
                monitor.events.getFirst().startsWith("record uid 65534"),
                monitor.events.getFirst());
        assertTrue(
                monitor.events.getFirst().endsWith("refused POST /v1/stop"),
                monitor.events.getFirst());
    }

    private String stopAsNobody() throws Exception {
        Process curl =
                new ProcessBuilder(
                                "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                "curl",
                                "-sS",
                                "-X",
                                "POST",
                                "--unix-socket",
                                socket.toString(),
                                "http://monitor/v1/stop")
                        .redirectErrorStream(true)
                        .start();
        String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        curl.waitFor();
        return output;
    }

    @Test
    void aLiveSocketIsNotTakenOver() {
        OperatorError busy =
                assertThrows(
                        OperatorError.class, () -> ControlServer.open(socket, monitor, monitor));
        assertEquals(ExitCode.ENVIRONMENT, busy.exitCode());
        assertTrue(busy.sentence().contains("in use by a running process"), busy.sentence());
    }

    @Test
    void aSocketThatNobodyServesIsReplaced() throws IOException {
        Path stale = dir.resolve("stale.sock");
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(stale));
        dead.close(); // the file stays, as after kill -9
        assertTrue(Files.exists(stale));
        try (ControlServer second = ControlServer.open(stale, monitor, monitor)) {
            assertEquals(200, RawHttp.status(RawHttp.call(second.path(), "GET", "/v1/status", "")));
        }
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws IOException {
        Path file = Files.writeString(dir.resolve("precious"), "data");
        OperatorError error =
                assertThrows(OperatorError.class, () -> ControlServer.open(file, monitor, monitor));
        assertEquals(ExitCode.ENVIRONMENT, error.exitCode());
        assertEquals("data", Files.readString(file));
    }

    @Test
    void anIdleServerDoesNotTick() throws IOException {
        RawHttp.call(socket, "GET", "/v1/status", "");
        long tid = controlThread();
        long before = contextSwitches(tid);
        Awaitility.await().pollDelay(Duration.ofMillis(1500)).until(() -> true);
        assertTrue(
                contextSwitches(tid) - before <= 3,
                "the control thread woke "
                        + (contextSwitches(tid) - before)
                        + " times in 1.5 s without a caller");
    }

    /** The newest thread of that name: earlier tests' servers are closed. */
    private static long controlThread() throws IOException {
        long newest = 0;
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).startsWith("control")) {
                    newest = Math.max(newest, Long.parseLong(task.getFileName().toString()));
                }
            }
        }
        assertTrue(newest > 0);
        return newest;
    }

    private static long contextSwitches(long tid) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/task/" + tid + "/status")).stream()
                .filter(line -> line.startsWith("voluntary_ctxt_switches"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }
}
