package org.cofferdam.tests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.cofferdam.tests.architecture.SourceTree;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * A monitor process in the namespace {@code host}, started by the command line that operators use, with its run
 * directory and its log in a folder of the test's own. It can be killed and started again over the same folder.
 */
public final class RunningMonitor implements AutoCloseable {
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));

    private final NetworkNamespaces network;
    private final Path folder;
    private @Nullable Process process;

    private RunningMonitor(NetworkNamespaces network, Path folder) {
        this.network = network;
        this.folder = folder;
    }

    /** A folder for a monitor that is not started yet. */
    public static RunningMonitor notStarted(NetworkNamespaces network) {
        try {
            RunningMonitor monitor =
                    new RunningMonitor(network, Files.createTempDirectory("cofferdam-test-"));
            Files.createDirectory(monitor.runDir(), PRIVATE);
            Files.createDirectory(monitor.auditDir(), PRIVATE);
            return monitor;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a monitor with the emulated card on wire0 and waits until its domain forwards. */
    public static RunningMonitor start(NetworkNamespaces network, String... options) {
        RunningMonitor monitor = notStarted(network);
        try {
            monitor.startAgain(options);
            return monitor;
        } catch (RuntimeException | Error e) {
            monitor.close();
            throw e;
        }
    }

    /** Starts it (again) over the same folder, waits until its domain forwards, and gives cof0 its address. */
    public void startAgain(String... options) {
        launch(options);
        awaitState("running", "waiting");
        network.addressTheCard();
    }

    /** Starts the process without waiting for more than that. */
    public void launch(String... options) {
        Command command =
                launcher(
                                "start",
                                "--assign",
                                "emulated",
                                "--wire",
                                NetworkNamespaces.WIRE,
                                "--host-if",
                                NetworkNamespaces.CARD,
                                "--run-dir",
                                runDir().toString(),
                                "--audit-dir",
                                auditDir().toString())
                        .with(options);
        try {
            process =
                    new ProcessBuilder(command.words())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the domain is in one of these states, or fails with what the monitor said. */
    public void awaitState(String... states) {
        List<String> wanted = Arrays.asList(states);
        await(
                "the domain to be " + wanted,
                () -> wanted.contains(status().at("domain", "state").asText()));
    }

    /** Waits until so many restarts of the domain are counted and it serves its queues again. */
    public void awaitRestarts(long atLeast) {
        await(
                atLeast + " restarts of the domain",
                () -> status().at("domain", "restarts").asLong() >= atLeast);
        awaitState("running", "waiting");
    }

    /** Waits for something that the monitor, which must be alive, brings about. */
    public void await(String what, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .atMost(PATIENCE)
                    .pollInterval(Patience.of(Duration.ofMillis(200)))
                    .ignoreExceptionsMatching(e -> e instanceof NotThere)
                    .until(
                            () -> {
                                Process p = process;
                                if (p != null && !p.isAlive()) {
                                    throw new AssertionError(
                                            "the monitor ended with "
                                                    + p.exitValue()
                                                    + ":\n"
                                                    + said());
                                }
                                return condition.call();
                            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "waited in vain for "
                            + what
                            + ":\n"
                            + call("status")
                            + "\nmonitor said:\n"
                            + said(),
                    e);
        }
    }

    /** The command line in {@code host}, as it stands. */
    public Command launcher(String... arguments) {
        Path script = SourceTree.root().resolve("ops/monitor");
        if (!Files.isDirectory(SourceTree.root().resolve("monitor/target/dist/lib"))) {
            throw new AssertionError(
                    "monitor/target/dist/lib is not built yet; 'mvn verify' builds it before it runs these tests");
        }
        return network.in(Namespace.HOST, script.toString()).with(arguments);
    }

    /** A control call to this monitor, run to its end. */
    public Command.Result call(String command, String... arguments) {
        return launcher(command.split(" "))
                .with("--run-dir", runDir().toString())
                .with(arguments)
                .run();
    }

    /** The monitor does not answer (yet). */
    private static final class NotThere extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotThere(String message) {
            super(message);
        }
    }

    /** The status now. */
    public Json status() {
        Command.Result result = call("status", "-o", "json");
        if (result.exit() != 0) {
            throw new NotThere(result.toString());
        }
        return Json.parse(result.out());
    }

    /** A command of `monitor audit` over this monitor's log, run to its end. */
    public Command.Result audit(String command, String... arguments) {
        return launcher("audit", command)
                .with("--audit-dir", auditDir().toString())
                .with(arguments)
                .run();
    }

    /** The records of these types so far. */
    public List<Json> records(String... types) {
        // By its age everything is shown; without that, the last lines only.
        String[] arguments = {"--since", "1d", "-o", "json", "--type", String.join(",", types)};
        return Json.lines(audit("tail", arguments).orFail().out());
    }

    /** The monitor's process id, by its own word. */
    public long pid() {
        return status().at("monitor", "pid").asLong();
    }

    /** Stops it as an operator does, and waits for its end. */
    public void stop() {
        call("stop").orFail();
        awaitEnd();
    }

    /** kill -9, then waits for the process to be gone. */
    public void kill() {
        Process p = process;
        if (p != null) {
            p.descendants().forEach(ProcessHandle::destroyForcibly);
            p.destroyForcibly();
        }
        awaitEnd();
    }

    private void awaitEnd() {
        Process p = process;
        try {
            if (p != null && !p.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the monitor does not end:\n" + said());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    public boolean isAlive() {
        Process p = process;
        return p != null && p.isAlive();
    }

    /** What it wrote to its standard output and error. */
    public String said() {
        try {
            return Files.exists(output()) ? Files.readString(output()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where all of this monitor's files lie. */
    public Path folder() {
        return folder;
    }

    public Path runDir() {
        return folder.resolve("run");
    }

    public Path auditDir() {
        return folder.resolve("audit");
    }

    private Path output() {
        return folder.resolve("output");
    }

    /** Ends the process, whatever it is doing, and removes the folder. */
    @Override
    public void close() {
        kill();
        SuiteAlerts.tell(this);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "monitor " + List.of(runDir(), auditDir());
    }
}
