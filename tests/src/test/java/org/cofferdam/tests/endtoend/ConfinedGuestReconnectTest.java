package org.cofferdam.tests.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.Command;
import org.cofferdam.tests.lab.ConfinedGuest;
import org.cofferdam.tests.lab.NeedsKvm;
import org.cofferdam.tests.lab.NetworkNamespaces;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.cofferdam.tests.lab.RunningMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A confined guest has no socket, so its launcher finds the next monitor for it. */
@NeedsKvm
final class ConfinedGuestReconnectTest {
    private static final String IP = "10.77.0.39";
    private static final String URL = "http://" + IP + ":8080/";

    /** Ten seconds at the rate that curl is held to. */
    private static final long BYTES = 400_000_000;

    @RegisterExtension private final NetworkNamespaces network = NetworkNamespaces.create();

    @Test
    void aConnectionOutlivesAMonitorThatIsKilledAndStartedAgain()
            throws IOException, InterruptedException {
        try (RunningMonitor monitor = RunningMonitor.notStarted(network)) {
            Path configuration = monitor.folder().resolve("guests.conf");
            Files.writeString(configuration, "guest.web = mac=02:00:00:00:00:39 ip=" + IP + "\n");
            monitor.startAgain("--config", configuration.toString());
            Process guest = start(monitor.folder().resolve("guest"), guest(monitor));
            Awaitility.await("the guest's page")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    network.in(Namespace.OUTSIDE, "curl", "-sf", "-m", "2", URL)
                                                    .run()
                                                    .exit()
                                            == 0);
            Path got = monitor.folder().resolve("hash");
            Process transfer =
                    start(
                            got,
                            network.in(
                                    Namespace.OUTSIDE,
                                    "sh",
                                    "-c",
                                    "curl -s -m 55 --limit-rate 40M "
                                            + URL
                                            + "bytes/"
                                            + BYTES
                                            + " | sha256sum"));
            TimeUnit.SECONDS.sleep(2); // the transfer is under way, and far from its end
            monitor.kill();
            monitor.startAgain("--config", configuration.toString());
            assertEquals(0, transfer.waitFor());
            String whole =
                    network.shell(
                            Namespace.OUTSIDE,
                            "curl -s -m 50 " + URL + "bytes/" + BYTES + " | sha256sum");
            assertEquals(whole, Files.readString(got));
            guest.destroy();
            assertEquals(128 + 15, guest.waitFor());
            monitor.stop();
        }
    }

    private Command guest(RunningMonitor monitor) {
        return ConfinedGuest.run(network, monitor, "web", IP)
                .with("--", "-cp", ConfinedGuest.examples())
                .with("org.cofferdam.examples.FileServer", IP, "8080");
    }

    private static Process start(Path output, Command command) throws IOException {
        return new ProcessBuilder(command.words())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }
}
