package org.cofferdam.tests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.TreeSet;

/**
 * What the detectors say of the log that a suite's monitor leaves: a line of suite, records, seconds of log and rules raised, into
 * the file that the property {@code drill.suites} names; nothing without it. tests/drill/suites.sh reads it.
 */
final class SuiteAlerts {
    private static final String FILE = System.getProperty("drill.suites", "");

    private static volatile String sharing = "unknown";

    private SuiteAlerts() {}

    /** Asks the detectors of a monitor that has ended and whose files are still there. */
    static void tell(RunningMonitor monitor) {
        if (FILE.isEmpty()) {
            return;
        }
        String log = monitor.auditDir().toString();
        Command.Result records =
                monitor.launcher("audit", "stats", "-o", "json", "--audit-dir", log).run();
        Command.Result alerts =
                monitor.launcher("audit", "detect", "-o", "json", "--audit-dir", log).run();
        TreeSet<String> rules = new TreeSet<>();
        if (alerts.exit() == 5) {
            Json.lines(alerts.out()).forEach(a -> rules.add(a.at("rule").asText()));
        }
        boolean counted = records.exit() == 0;
        String line =
                "%s %d %.1f %s%n"
                        .formatted(
                                suite(),
                                counted ? Json.parse(records.out()).at("records").asLong() : 0,
                                counted ? Json.parse(records.out()).at("seconds").asDouble() : 0,
                                rules.isEmpty() ? "-" : String.join(",", rules));
        try {
            Files.writeString(
                    Path.of(FILE), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A class whose tests share a monitor begins: JUnit closes that, which names no class by itself. */
    static void begins(Class<?> suite) {
        sharing = suite.getSimpleName();
    }

    /** The test class that closes the monitor. */
    private static String suite() {
        return StackWalker.getInstance()
                .walk(
                        frames ->
                                frames.map(StackWalker.StackFrame::getClassName)
                                        .filter(name -> name.endsWith("Test"))
                                        .map(name -> name.substring(name.lastIndexOf('.') + 1))
                                        .findFirst()
                                        .orElse(sharing));
    }
}
