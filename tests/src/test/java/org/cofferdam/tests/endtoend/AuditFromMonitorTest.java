package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.Json;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.RunningMonitor;
import org.cofferdam.tests.lab.RunningPlace;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The log of a running, confined monitor, asked for over its control socket and read from its files. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NeedsKvm
final class AuditFromMonitorTest {
    @RegisterExtension private static final RunningPlace PLACE = new RunningPlace();

    private final RunningMonitor monitor = PLACE.monitor();

    private Command over(String command, String... arguments) {
        return monitor.launcher("audit", command)
                .with("--from", "unix://" + monitor.runDir().resolve("control.sock"))
                .with(arguments);
    }

    @Test
    @Order(1)
    void theSocketAndTheFilesTellTheSame() {
        String[] lasting = {"--type", "BOOT,PORT_ATTACH,PRIVILEGES_DROPPED,POLICY", "-o", "json"};
        String files = monitor.audit("query", lasting).orFail().out();
        assertTrue(files.lines().count() >= 3, files);
        assertEquals(files, over("query", lasting).run().orFail().out());
        assertTrue(monitor.isAlive());
        List<Json> calls = monitor.records("CONTROL");
        assertTrue(
                calls.stream()
                        .anyMatch(c -> c.at("text").asText().startsWith("GET /v1/audit/blocks")),
                "who reads the log is on record, too: " + calls);
    }

    @Test
    @Order(2)
    void aGuestIsFoundByItsName() {
        monitor.launcher("guest", "add", "web", "--mac", "02:00:00:00:00:55")
                .with("--run-dir", monitor.runDir().toString())
                .run()
                .orFail();
        monitor.await(
                "the guest's record",
                () ->
                        over("query", "--guest", "web", "--type", "PORT_ATTACH")
                                .run()
                                .orFail()
                                .out()
                                .contains("\"web\""));
        String stats = over("stats", "-o", "json").run().orFail().out();
        assertTrue(Json.parse(stats).at("portNames", "web").asLong() >= 1, stats);
        String ocsf = over("query", "--guest", "web", "-o", "ocsf").run().orFail().out();
        assertEquals("web", Json.lines(ocsf).getFirst().at("src_endpoint", "name").asText());
    }

    @Test
    @Order(3)
    void whoFollowsSeesWhatComesAlsoAfterTheMonitorWasStartedAnew() throws Exception {
        Path seen = monitor.folder().resolve("seen");
        Process follower =
                new ProcessBuilder(
                                over("tail", "--follow", "--type", "FORWARDS,STOP,START", "-n", "1")
                                        .words())
                        .redirectOutput(seen.toFile())
                        .redirectError(monitor.folder().resolve("seen.errors").toFile())
                        .start();
        try {
            monitor.await("the last one", () -> lines(seen) >= 1);
            long before = lines(seen);
            monitor.call("restart-driver", "--kill").orFail();
            monitor.await("the domain to forward again", () -> lines(seen) > before);
            long lived = lines(seen);
            monitor.stop();
            monitor.startAgain();
            monitor.await("START of the next run", () -> text(seen).contains(" START run=2"));
            assertTrue(lines(seen) > lived, text(seen));
            assertTrue(text(seen).contains(" STOP "), text(seen));
            assertTrue(follower.isAlive());
        } finally {
            follower.destroy();
            follower.waitFor();
        }
        assertFalse(text(seen).contains("damage"));
    }

    private static long lines(Path file) {
        return text(file).lines().count();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
