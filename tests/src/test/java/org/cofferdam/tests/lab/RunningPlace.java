package org.cofferdam.tests.lab;

import java.util.Objects;
import org.cofferdam.tests.lab.NetworkNamespaces.Namespace;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A network with a monitor in it that all tests of a class share: a static field of theirs with {@code
 * @RegisterExtension}. Frames pass when the first test begins; the monitor's stop must be clean.
 */
public final class RunningPlace implements BeforeAllCallback, AfterAllCallback {
    private final String[] options;
    private @Nullable NetworkNamespaces network;
    private @Nullable RunningMonitor monitor;

    /** With these options of {@code monitor start}, too. */
    public RunningPlace(String... options) {
        this.options = options;
    }

    @Override
    public void beforeAll(ExtensionContext tests) {
        SuiteAlerts.begins(tests.getRequiredTestClass());
        NetworkNamespaces made = NetworkNamespaces.create();
        network = made;
        monitor = RunningMonitor.start(made, options);
        made.awaitPath(Namespace.HOST, NetworkNamespaces.OUTSIDE_IP);
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        NetworkNamespaces made = network;
        RunningMonitor running = monitor;
        try (made;
                running) {
            if (running != null) {
                running.stop();
            }
        }
    }

    public NetworkNamespaces network() {
        return Objects.requireNonNull(network);
    }

    public RunningMonitor monitor() {
        return Objects.requireNonNull(monitor);
    }
}
