package org.cofferdam.tests.drill;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.cofferdam.tests.lab.RunningMonitor;

/** {@code monitor audit detect --follow} beside a running monitor, until it is told to end. */
final class LiveDetector implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private LiveDetector(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::collect);
    }

    static LiveDetector start(RunningMonitor monitor) {
        return new LiveDetector(
                monitor.launcher("audit", "detect", "--follow", "-o", "json")
                        .with("--audit-dir", monitor.auditDir().toString())
                        .with("--alerts", monitor.folder().resolve("alerts").toString())
                        .start());
    }

    private void collect() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
        } catch (UncheckedIOException ended) {
            lines.add(ended.toString());
        } catch (IOException ended) {
            lines.add(ended.toString());
        }
    }

    /** Waits until a rule is raised. */
    void awaitRule(String rule) {
        Awaitility.await(rule)
                .atMost(PATIENCE)
                .until(() -> lines.stream().anyMatch(l -> l.contains("\"rule\":\"" + rule + '"')));
    }

    /** SIGTERM, as a service is ended; its exit code. */
    int end() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the detector does not end: " + this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return "detector that said " + lines;
    }
}
