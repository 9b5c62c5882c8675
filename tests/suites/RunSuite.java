import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs a suite of JUnit tests that lies in jars, and writes one line for each case: "pass", "fail" or "skip", the class and
 * the method, milliseconds, and the first words of what was wrong, with tabs between. It knows nothing of the library OS.
 *
 * <p>Arguments: the file to write, a folder for stack traces, a package, and a pattern for the names of its classes.
 */
public final class RunSuite implements TestExecutionListener {
    private record Case(String outcome, long millis, String why) {}

    private final Map<String, Case> cases = new TreeMap<>();
    private final Map<String, Long> begun = new ConcurrentHashMap<>();
    private final PrintWriter traces;

    private RunSuite(PrintWriter traces) {
        this.traces = traces;
    }

    public static void main(String[] args) throws Exception {
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(DiscoverySelectors.selectPackage(args[2]))
                        .filters(ClassNameFilter.includeClassNamePatterns(args[3]))
                        .build();
        Path file = Path.of(args[0]);
        try (PrintWriter traces = new PrintWriter(Files.newBufferedWriter(Path.of(args[1])))) {
            RunSuite suite = new RunSuite(traces);
            LauncherFactory.create().execute(request, suite);
            suite.write(file);
        }
        // Event loops of the suite may still be there.
        System.exit(0);
    }

    private synchronized void write(Path file) throws Exception {
        StringBuilder table = new StringBuilder();
        cases.forEach(
                (name, c) ->
                        table.append(c.outcome)
                                .append('\t')
                                .append(name)
                                .append('\t')
                                .append(c.millis)
                                .append('\t')
                                .append(c.why)
                                .append('\n'));
        Files.writeString(file, table);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        begun.put(test.getUniqueId(), System.nanoTime());
        if (test.isTest()) {
            System.out.println("begins " + name(test));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        long millis = (System.nanoTime() - begun.getOrDefault(test.getUniqueId(), 0L)) / 1_000_000;
        String why = result.getThrowable().map(RunSuite::firstWords).orElse("");
        boolean failed = result.getStatus() == TestExecutionResult.Status.FAILED;
        if (test.isTest() || !why.isEmpty()) {
            String outcome =
                    switch (result.getStatus()) {
                        case SUCCESSFUL -> "pass";
                        case ABORTED -> "skip";
                        case FAILED -> "fail";
                    };
            put(name(test), new Case(outcome, millis, why));
        }
        if (failed) {
            synchronized (this) {
                traces.println("== " + name(test));
                result.getThrowable().ifPresent(t -> t.printStackTrace(traces));
                traces.flush();
            }
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        put(name(test), new Case("skip", 0, reason.lines().findFirst().orElse("")));
    }

    private synchronized void put(String name, Case c) {
        // Cases with parameters share a name: one that fails counts for all.
        cases.merge(name, c, (a, b) -> rank(a) >= rank(b) ? a : b);
    }

    private static int rank(Case c) {
        return switch (c.outcome) {
            case "fail" -> 2;
            case "pass" -> 1;
            default -> 0;
        };
    }

    private static String name(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .map(s -> s.getClassName() + "." + s.getMethodName())
                .orElse(test.getLegacyReportingName());
    }

    private static String firstWords(Throwable t) {
        String all = t.toString().lines().findFirst().orElse("").replace('\t', ' ');
        return all.length() > 160 ? all.substring(0, 160) : all;
    }
}
